"""A small, strict stand-in for e-Boekhouden, for tests, the demo and development."""

from .faults import Faults
from .sandbox import Sandbox
from .switches import Switches

__all__ = ["Faults", "Sandbox", "Switches"]

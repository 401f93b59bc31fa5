"""A small, faithful e-Boekhouden for tests, the demonstration and development."""

from .faults import Faults
from .sandbox import Sandbox
from .switches import Switches

__all__ = ["Faults", "Sandbox", "Switches"]

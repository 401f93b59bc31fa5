"""A small, strict stand-in for e-Boekhouden, for tests, the demo and development.

The program only has its commands, so that the parts are loaded when something asks for them: they
take 9 MB and a third of a second.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .faults import Faults
    from .sandbox import Sandbox
    from .switches import Switches

__all__ = ["Faults", "Sandbox", "Switches"]


def __getattr__(name: str) -> Any:
    """Load the module of a part when it is asked for."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(importlib.import_module(f".{name.lower()}", __name__), name)

"""docker-compose.yml as compose reads it: merged, with the variables of .env filled in."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
# $NAME in a command is for the container's shell: compose writes it as $$NAME.
VARIABLE = re.compile(r"\$\$|\$\{(?P<name>[A-Z_]+)(?::(?P<how>[-?])(?P<text>[^}]*))?\}")
OURS = ("migrate", "check", "web", "worker", "beat", "backup")


def compose(**variables: str) -> dict[str, Any]:
    """The whole file; what .env must have and `variables` lacks is a KeyError."""
    return filled_in(yaml.safe_load(FILE.read_text()), variables)


def filled_in(part: Any, variables: dict[str, str]) -> Any:
    if isinstance(part, dict):
        return {key: filled_in(value, variables) for key, value in part.items()}
    if isinstance(part, list):
        return [filled_in(value, variables) for value in part]
    if isinstance(part, str):
        return VARIABLE.sub(lambda found: _value(found, variables), part)
    return part


def _value(found: re.Match[str], variables: dict[str, str]) -> str:
    if found.group() == "$$":
        return "$"
    given = variables.get(found["name"], "")
    if not given and found["how"] == "?":
        raise KeyError(found["text"])
    return given or (found["text"] if found["how"] == "-" else "") or ""

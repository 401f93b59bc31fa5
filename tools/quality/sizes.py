"""Check that no function has more than 60 lines and no module more than 500."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST_FUNCTION = 60
LONGEST_MODULE = 500
Function = ast.FunctionDef | ast.AsyncFunctionDef


def main() -> int:
    complaints = [complaint for path in modules() for complaint in complaints_about(path)]
    print("\n".join(complaints))
    return 1 if complaints else 0


def modules() -> Iterator[Path]:
    """The project's Python files; neither tests nor migrations, nor what was installed."""
    yield Path("run")
    for path in sorted(Path().glob("*/**/*.py")):
        is_ours = not path.parts[0].startswith(".") and path.parts[0] != "tests"
        if is_ours and "migrations" not in path.parts:
            yield path


def complaints_about(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    lines = len(text.splitlines())
    if lines > LONGEST_MODULE:
        yield f"{path}: {lines} lines; split it by subject"
    for node in ast.walk(ast.parse(text, filename=str(path))):
        if isinstance(node, Function) and length(node) > LONGEST_FUNCTION:
            yield f"{path}:{node.lineno}: {node.name} has {length(node)} lines; split it by step"


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


if __name__ == "__main__":
    sys.exit(main())

"""Write what was measured into docs/performance.md, between its marks."""

from pathlib import Path

from tools.bench.measuring import Figure

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"
HEAD = "| work | {sizes} | bar | queries | KB | reference |\n|---|{rules}---|---|---|---|\n"


def write(found: dict[int, list[tuple[str, Figure]]], *, machine: str) -> None:
    """Replace the tables. `found` has the figures of each size, in hours."""
    before, _mark, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(before + BEGIN + "\n" + tables(found, machine=machine) + "\n" + END + after)


def tables(found: dict[int, list[tuple[str, Figure]]], *, machine: str) -> str:
    sizes = list(found)
    largest = found[sizes[-1]]
    others = {size: {figure.name: figure for _group, figure in found[size]} for size in sizes}
    head = HEAD.format(
        sizes=" | ".join(f"{size:,} hours" for size in sizes), rules="---|" * len(sizes)
    )
    about = f"Measured with the default settings of PostgreSQL. {machine}. Milliseconds, medians.\n"
    lines = [about, head.rstrip()]
    for _group, figure in largest:
        times = [others[size].get(figure.name) for size in sizes]
        cells = [f"{one.median:,.0f}" if one else "" for one in times]
        lines.append(
            f"| {figure.name} | {' | '.join(cells)} | {_bar(figure)} | {figure.queries} |"
            f" {figure.size / 1000:,.0f} | {_reference(figure)} |"
        )
    return "\n".join(lines) + "\n"


def _bar(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    return f"{figure.bar:,.0f}" + ("" if figure.median <= figure.bar else " ✗")


def _reference(figure: Figure) -> str:
    if not figure.reference:
        return figure.note
    return f"{figure.reference_name} {figure.reference:,.0f}"

"""A progress bar in parts, drawn without inline styles."""

PARTS = ("green", "amber", "red", "theme", "slate")


def progress(total: int, label: str, **parts: int) -> dict[str, object]:
    """Parts of `total` side by side: `green=12 amber=2 red=1`; `label` describes it in words."""
    rects, offset = [], 0
    for colour in PARTS:
        width = int(parts.get(colour) or 0)
        if width:
            rects.append({"colour": colour, "x": offset, "width": width})
            offset += width
    return {"total": max(int(total or 0), offset, 1), "rects": rects, "label": label}

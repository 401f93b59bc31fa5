"""HTML attributes from the keyword arguments of a tag."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


def attributes(values: dict[str, object]) -> SafeString:
    """Return `{"hx_get": "/x", "disabled": True}` as ` hx-get="/x" disabled`.

    None, False and an empty text are left out.
    """
    parts = (
        format_html(" {}", name.replace("_", "-"))
        if value is True
        else format_html(' {}="{}"', name.replace("_", "-"), value)
        for name, value in values.items()
        if value not in (None, False, "")
    )
    return mark_safe("".join(parts))  # noqa: S308 - each part went through format_html

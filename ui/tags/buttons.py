"""Buttons, and links that look like one; written without a template because a list has many."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from ui.icons import drawing

from .attributes import attributes

LINK = '<a class="{css}" href="{href}"{attrs}>{content}</a>'
BUTTON = '<button class="{css}" type="{type}"{attrs}>{content}</button>'


def button(
    label: str,
    kind: str = "secondary",
    icon: str = "",
    href: str = "",
    type: str = "button",
    css: str = "",
    *,
    small: bool = False,
    **attrs: object,
) -> SafeString:
    """A button, or a link that looks like a button if it has `href`.

    Kinds: primary (one per page), secondary, ghost, danger, link.
    """
    classes = ("btn", f"btn-{kind}", "btn-small" if small else "", css)
    return format_html(
        LINK if href else BUTTON,
        css=" ".join(filter(None, classes)),
        href=href,
        type=type,
        attrs=attributes(attrs),
        content=format_html("{}{}", drawing(icon, size=16) if icon else "", label),
    )


def icon_button(
    label: str,
    icon: str,
    href: str = "",
    kind: str = "ghost",
    type: str = "button",
    *,
    small: bool = True,
    **attrs: object,
) -> SafeString:
    """A button with only an icon; the label is for screen readers and the tooltip."""
    return format_html(
        LINK if href else BUTTON,
        css=f"btn btn-icon btn-{kind}{' btn-small' if small else ''}",
        href=href,
        type=type,
        attrs=attributes({"aria_label": label, "title": label, **attrs}),
        content=drawing(icon, size=18),
    )


def menu_item(
    label: str,
    icon: str = "",
    href: str = "",
    hint: str = "",
    type: str = "button",
    *,
    danger: bool = False,
    disabled: bool = False,
    **attrs: object,
) -> SafeString:
    """An entry of a menu: a link if it has `href`, else a button.

    `hint` is small text at the right.
    """
    is_off = ("aria_disabled", "true") if href else ("disabled", True)
    item = format_html(
        LINK if href else BUTTON,
        css=f"dropdown-item{' dropdown-item-danger' if danger else ''}",
        href=href,
        type=type,
        attrs=attributes({**dict([is_off] if disabled else []), **attrs}),
        content=format_html(
            "{}<span>{}</span>{}",
            drawing(icon, size=16) if icon else "",
            label,
            format_html('<span class="dropdown-hint">{}</span>', hint) if hint else "",
        ),
    )
    return format_html("<li>{}</li>", item)

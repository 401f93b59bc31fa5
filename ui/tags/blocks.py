"""Parts around other content: alerts, cards, chips, empty states, figures, timelines."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from .attributes import attributes
from .formats import initials

ALERT_ICONS = {
    "success": "check",
    "warning": "triangle-alert",
    "danger": "circle-alert",
    "info": "info",
}


def alert(
    content: str,
    kind: str = "info",
    title: str = "",
    href: str = "",
    link: str = "",
    css: str = "",
) -> SafeString:
    """A banner: success, warning, danger or info. `href` and `link` add a link at the right."""
    return render_to_string(
        "ui/alert.html",
        {
            "content": content,
            "kind": kind,
            "icon": ALERT_ICONS[kind],
            "title": title,
            "href": href,
            "link": link,
            "css": css,
        },
    )


def card(
    content: str, title: str = "", lead: str = "", css: str = "", *, flush: bool = False
) -> SafeString:
    """A white card; `flush` removes the padding, for tables."""
    return render_to_string(
        "ui/card.html",
        {"content": content, "title": title, "lead": lead, "css": css, "flush": flush},
    )


def chip(content: str, label: str, *, on: bool = False, align: str = "start") -> SafeString:
    """A filter chip with a custom menu; `on` if it filters the list."""
    return render_to_string(
        "ui/chip.html", {"content": content, "label": label, "on": on, "align": align}
    )


def chip_link(
    label: str, href: str, *, on: bool = False, count: int | None = None
) -> dict[str, object]:
    """A chip that is a link, such as `Booked 12`; `on` for the current one."""
    return {"label": label, "href": href, "on": on, "count": count}


def empty_state(
    text: str,
    icon: str = "inbox",
    href: str = "",
    label: str = "",
    title: str = "",
    button_icon: str = "plus",
    **attrs: object,
) -> dict[str, object]:
    """The text of an empty list, with a link to create the first row."""
    return {
        "text": text,
        "icon": icon,
        "href": href,
        "label": label,
        "title": title,
        "button_icon": button_icon,
        "attrs": attributes(attrs),
    }


def timeline(content: str) -> SafeString:
    """A list of `{% event %}`, the newest first."""
    return render_to_string("ui/timeline.html", {"content": content})


def event(title: str, meta: str = "", icon: str = "") -> dict[str, object]:
    """One event in a timeline."""
    return {"title": title, "meta": meta, "icon": icon}


def stat(
    label: str, value: str, hint: str = "", href: str = "", *, is_overdue: bool = False
) -> dict[str, object]:
    """A figure on a card; a link if it has `href`, and red if it is overdue."""
    return {"label": label, "value": value, "hint": hint, "href": href, "is_overdue": is_overdue}


def detail(label: str, value: object, css: str = "") -> dict[str, object]:
    """A pair in `<dl class="details">`; a dash if empty."""
    return {"label": label, "value": value, "css": css}


def avatar(name: object) -> dict[str, object]:
    """The initials of a person in a circle."""
    return {"name": str(name), "letters": initials(name)}

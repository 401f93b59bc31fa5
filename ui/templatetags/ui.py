"""The parts of a page as template tags and filters; built in, so templates need no `load`.

docs/ui.md lists them with an example each.
"""

from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm, BaseFormSet, BoundField
from django.template import Context
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lib import selections, toasts
from lib.kilometres import kilometres
from lib.picker_fields import is_choosing
from lib.text import before_stop
from ui.icons import drawing
from ui.parts import list_base
from ui.tags import blocks, buttons, fields, formats, lists, progress, shell, tables
from ui.theme import DEFAULT_COLOUR, VERSION, as_css, parse

register = template.Library()

for _name in (
    "money",
    "number",
    "euro",
    "duration",
    "percentage",
    "day",
    "moment",
    "clock",
):
    register.filter(_name, getattr(formats, _name))
register.filter("kilometres", kilometres)
register.filter("initials", formats.initials)
register.filter("list_base", list_base)
register.filter("before_stop", before_stop)
register.inclusion_tag("ui/field.html", name="field")(fields.field)
register.inclusion_tag("ui/field.html", name="money_field")(fields.money_field)
register.inclusion_tag("ui/field_remarks.html")(fields.field_notes)
register.inclusion_tag("ui/sort_header.html", takes_context=True)(tables.sort_header)
register.inclusion_tag("ui/pagination.html", takes_context=True)(tables.pagination)
register.inclusion_tag("ui/seek_pagination.html", takes_context=True)(tables.seek_pagination)
register.inclusion_tag("ui/filter_chip.html")(tables.filter_chip)
register.inclusion_tag("ui/progress.html", name="progress")(progress.progress)
register.inclusion_tag("ui/search.html")(lists.search)
register.inclusion_tag("ui/selection_bar.html")(lists.selection_bar)
register.inclusion_tag("ui/navigation_bar.html", takes_context=True)(shell.navigation_bar)
register.inclusion_tag("ui/navigation_tabs.html", takes_context=True)(shell.navigation_tabs)
register.inclusion_tag("ui/settings_menu.html", takes_context=True)(shell.settings_menu)
register.simple_block_tag(takes_context=True)(lists.filter_form)
for _name in ("chip_link", "empty_state", "event", "stat", "detail", "avatar"):
    register.inclusion_tag(f"ui/{_name}.html", name=_name)(getattr(blocks, _name))
for _name in ("button", "icon_button", "menu_item"):
    register.simple_tag(getattr(buttons, _name), name=_name)
register.simple_tag(name="toast_parts")(toasts.parts_of)
register.simple_tag(name="toast_undo")(toasts.undo_of)
for _name in ("alert", "card", "chip", "timeline"):
    register.simple_block_tag(getattr(blocks, _name), name=_name)


@register.simple_tag(takes_context=True)
def finished_selections(context: Context) -> list[dict[str, str]]:
    """The selections that this page clears."""
    request = context.get("request")
    return selections.finished_selections(request) if request else []


TAG_COLOURS = {
    "green": (
        "approved",
        "sent",
        "paid",
        "booked",
        "known",
        "exists",
        "active",
        "connected",
    ),
    "amber": ("submitted", "checking", "unknown", "due", "warning", "paused"),
    "red": ("rejected", "overdue", "refused", "conflict", "failed", "off"),
    "blue": ("invoiced", "final", "imported", "info"),
    "theme": ("waiting", "queued", "sending", "new", "created", "here"),
}
COLOUR_OF_KIND = {kind: colour for colour, kinds in TAG_COLOURS.items() for kind in kinds}


@register.simple_tag
def icon(name: str, size: int = 18, css: str = "icon", fill: str = "none") -> SafeString:
    """A Lucide icon, hidden from screen readers: the words are beside it or in `aria-label`."""
    return drawing(name, size=size, css=css, fill=fill)


@register.inclusion_tag("ui/form_errors.html")
def form_errors(form: BaseForm, rows: "BaseFormSet[Any] | None" = None) -> dict[str, object]:
    """The errors of the form as a whole, and links to the fields with errors.

    `rows` are further forms on the page; their `row_name` says which one, with %(n)s.
    """
    if is_choosing(form):
        return {"general": [], "wrong": []}
    general = list(form.non_field_errors())
    wrong = [(bound, bound.label) for bound in _wrong(form)]
    if rows is not None and rows.is_bound:
        general += rows.non_form_errors()
        for n, row in enumerate(rows.forms, 1):
            name = rows.row_name % {"n": n}  # type: ignore[attr-defined]  # of our own formsets
            general += [f"{name}: {error}" for error in row.non_field_errors()]
            wrong += [(bound, f"{name}: {bound.label}") for bound in _wrong(row)]
    return {"general": general, "wrong": wrong}


def _wrong(form: BaseForm) -> list[BoundField]:
    return [form[name] for name in form.errors if name in form.fields]


class TagNode(template.Node):
    """The node of a tag; its colour follows its kind."""

    def __init__(self, kind: FilterExpression, label: FilterExpression | NodeList) -> None:
        self.kind, self.label = kind, label

    def render(self, context: Context) -> SafeString:
        kind = str(self.kind.resolve(context)).replace("_", "-")
        if isinstance(self.label, FilterExpression):
            label = self.label.resolve(context)
        else:
            label = self.label.render(context)
        colour = COLOUR_OF_KIND.get(kind, kind if kind in TAG_COLOURS else "plain")
        return format_html('<span class="tag tag-{}">{}</span>', colour, label)


@register.tag
def tag(parser: Parser, token: Token) -> TagNode:
    """`{% tag kind label %}`, or `{% tag kind %}…{% endtag %}`."""
    _name, kind, *label = token.split_contents()
    if label:
        return TagNode(parser.compile_filter(kind), parser.compile_filter(label[0]))
    inside = parser.parse(("endtag",))
    parser.delete_first_token()
    return TagNode(parser.compile_filter(kind), inside)


@register.simple_block_tag
def menu(
    content: str,
    label: str,
    kind: str = "secondary",
    icon: str = "",
    small: bool = False,
    align: str = "end",
    wide: bool = False,
    hide_label: bool = False,
) -> SafeString:
    """A button with a menu of `{% menu_item %}` and `{% menu_divider %}`."""
    names = ("content", "label", "kind", "icon", "small", "align", "wide", "hide_label")
    values = (content, label, kind, icon, small, align, wide, hide_label)
    return render_to_string("ui/menu.html", dict(zip(names, values, strict=True)))


@register.simple_block_tag
def actions(content: str, label: str = "", kind: str = "primary") -> SafeString:
    """The Actions menu of a page, wide enough for entries on one line."""
    return render_to_string("ui/menu.html", {
        "content": content, "label": label, "kind": kind, "align": "end", "wide": True,
        "actions": True,
    })  # fmt: skip


@register.simple_tag
def menu_divider() -> SafeString:
    """A line between groups of entries."""
    return SafeString('<li><hr class="dropdown-divider"></li>')


@register.simple_tag
def product_name() -> str:
    """The name of the program; needs no request, so that mails and error pages can show it."""
    return settings.PRODUCT_NAME


@register.simple_tag(takes_context=True)
def theme_url(context: Context) -> str:
    """The URL of the style sheet with the colours of the organisation, or of the program."""
    organisation = getattr(context.get("request"), "organisation", None)
    colour = organisation.theme_colour if organisation else DEFAULT_COLOUR
    try:
        digits = as_css(parse(colour)).removeprefix("#")
        return f"{reverse('theme', args=[digits])}?v={VERSION}"
    except (ValueError, NoReverseMatch):
        return ""

"""Parts of a list page: the filter form, the search box, the selection bar."""

from django.forms.boundfield import BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

# Singular and plural of a kind of rows for the selection bar, and the totals it shows.
ROWS = {
    "hours": (_("time registration"), _("time registrations"), ("minutes", "amount")),
    "expenses": (_("expense"), _("expenses"), ("amount",)),
    "trips": (_("trip"), _("trips"), ("km", "amount")),
    "projects": (_("project"), _("projects"), ()),
    "invoices": (_("invoice"), _("invoices"), ()),
    "reminders": (_("reminder"), _("reminders"), ("amount",)),
    "customers": (_("customer"), _("customers"), ()),
    "bookings": (_("booking"), _("bookings"), ()),
}


# What a list keeps when its filters change: order, size, grouping, hidden columns, saved view.
KEPT = ("order", "size", "group", "without", "view")


def filter_form(context: Context, content: str, target: str = "#results") -> SafeString:
    """The filters above a list: a change updates `target` and the address at once.

    Order, size, grouping, columns and the view are kept. Without JavaScript there is a button.
    """
    request = context["request"]
    kept = [(name, value) for name in KEPT for value in request.GET.getlist(name)]
    return render_to_string(
        "ui/filter_form.html",
        {"content": content, "target": target, "kept": kept, "path": request.path},
    )


def search(bound: BoundField, placeholder: str = "") -> dict[str, object]:
    """The search box of a filter form; it searches while the user types."""
    bound.field.widget.input_type = "search"
    words = placeholder or str(bound.label)
    control = bound.as_widget(
        attrs={
            "class": "form-control",
            "placeholder": words,
            "aria-label": words,
            "autocomplete": "off",
        }
    )
    return {"control": control}


def selection_bar(
    *kinds: str, scope: str = "overview", suffix: str = "", with_amounts: bool = True
) -> dict[str, object]:
    """The selected rows with their totals: the kind of this page first, then those of other tabs.

    Hidden if nothing is selected. `suffix` follows the total; the default is "excl. VAT". Who sees
    no amounts gets a bar without them.
    """
    parts = [
        {
            "kind": kind,
            "one": one,
            "many": many,
            "figures": [one for one in figures if with_amounts or one != "amount"],
        }
        for kind, (one, many, figures) in ((kind, ROWS[kind]) for kind in kinds)
    ]
    suffix = suffix or str(_("excl. VAT"))
    return {"parts": parts, "scope": scope, "suffix": suffix, "with_amounts": with_amounts}

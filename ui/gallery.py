"""A page with every part in every state, for development."""

from datetime import UTC, date, datetime
from decimal import Decimal

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Membership
from accounts.pickers import EMPLOYEE
from lib.form_fields import DayField
from lib.picker_fields import PickerField
from lib.pickers import Found, Option

ROWS = [
    (11, date(2026, 11, 20), "Sanne de Vries", "Bakkerij Dam", "Website", 210, "315", "approved"),
    (12, date(2026, 11, 20), "Daan Visser", "Bakkerij Van Dam", "Website", 60, "95", "approved"),
    (13, date(2026, 11, 19), "Lotte Bakker", "Gemeente Loon", "Audit", 390, "682.5", "submitted"),
    (14, date(2026, 11, 18), "Sanne de Vries", "Bakkerij Dam", "Website", 420, "630", "invoiced"),
    (15, date(2026, 11, 18), "Bram Jansen", "Studio Oost (intern)", "Algemeen", 90, None, "open"),
    (16, date(2026, 11, 17), "Daan Visser", "De Groene Tuin", "Webshop", 375, "562.5", "rejected"),
    (17, date(2026, 11, 17), "Bram Jansen", "De Groene Tuin", "Webshop", 30, "45", "written_off"),
]  # fmt: skip
TAGS = [
    "open",
    "submitted",
    "approved",
    "rejected",
    "invoiced",
    "written_off",
    "draft",
    "sent",
    "paid",
    "overdue",
    "booked",
    "waiting",
    "checking",
    "refused",
    "exists",
    "new",
    "conflict",
]
LEDGERS = [("", "Choose…"), ("8000", "8000 Omzet"), ("8010", "8010 Omzet advies")]
STATUSES = [
    ("open", "open"), ("not-invoiced", "not invoiced"), ("approved", "approved"),
    ("rejected", "rejected"), ("written-off", "written off"),
]  # fmt: skip

# The answer to “web”, as the menu of a picker shows it.
FOUND = Found(
    EMPLOYEE,
    "web",
    recent=(Option(1, "Website 2026", "Bakkerij Dam · P1", (("Web", True), ("site 2026", False))),),
    others=(
        Option(2, "Webshop", "De Groene Tuin", (("Web", True), ("shop", False))),
        Option(3, "Audit web", "Gemeente Loon", (("Audit ", False), ("web", True))),
    ),
    has_more=True,
)


class GalleryForm(forms.Form):
    username = forms.CharField(label="Username")
    code = forms.CharField(
        label="Security code 1",
        required=False,
        widget=forms.PasswordInput(attrs={"placeholder": "set 12-10-2026 by Sanne · leave empty"}),
    )
    template = forms.CharField(
        label="Invoice template",
        help_text="The exact name of a template in e-Boekhouden.",
    )
    ledger = forms.ChoiceField(label="Ledger account", choices=LEDGERS)
    employee = PickerField(
        label="Employee", queryset=Membership.objects.none(), source="active-employees"
    )
    price = forms.DecimalField(label="Price", max_digits=8, decimal_places=2)
    distance = forms.IntegerField(label="Distance", required=False)
    date = DayField(label="Invoice date")
    receipt = forms.FileField(label="Receipt", required=False, help_text="Picture or PDF, 10 MB.")
    notes = forms.CharField(label="Notes", required=False, widget=forms.Textarea({"rows": 3}))
    lines = forms.ChoiceField(
        label="Lines",
        choices=[("detailed", "Detailed"), ("task", "By task"), ("day", "By day")],
        widget=forms.RadioSelect,
    )
    billable = forms.BooleanField(label="Billable", required=False)
    nightly = forms.BooleanField(
        label="Import customers every night",
        required=False,
        help_text="Last night: 214 read.",
    )
    members = forms.MultipleChoiceField(
        label="Members",
        choices=[("1", "Sanne"), ("2", "Daan")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class GalleryFilters(forms.Form):
    q = forms.CharField(label="Search notes, project…", required=False)
    period = forms.ChoiceField(
        label="Period",
        choices=[("", "All periods"), ("month", "This month"), ("year", "This year")],
        required=False,
    )
    customer = forms.MultipleChoiceField(
        label="Customer",
        choices=[(str(n), f"Customer {n}") for n in range(1, 15)],
        required=False,
    )
    status = forms.MultipleChoiceField(label="Status", choices=STATUSES, required=False)


def gallery(request: HttpRequest) -> HttpResponse:
    """Show every part; nothing is stored."""
    filled = {
        "username": "studio-oost", "template": "", "ledger": "8000", "price": "a lot",
        "date": "2026-11-22", "lines": "task", "nightly": "on", "members": ["1"],
    }  # fmt: skip
    context = {
        "form": GalleryForm({**filled, "template": "Factuur NL", "price": "95.00"}),
        "wrong": GalleryForm({**filled, "wrong-employee_typed": "xyz"}, prefix="wrong"),
        "filters": GalleryFilters(
            request.GET or {"period": "month", "status": ["open", "approved"]}
        ),
        "rows": ROWS,
        "found": FOUND,
        "tags": TAGS,
        "page": Paginator(range(430), 50).page(2),
        "empty_page": Paginator([], 50).page(1),
        "amount": Decimal("1003.75"),
        "moment": datetime(2026, 11, 15, 16, 20, tzinfo=UTC),
        "attention_count": 2,
        "running_timer": {"minutes": 84, "label": "Website", "stop_url": request.path},
    }
    return render(request, "ui/gallery.html", context)


def dialog(request: HttpRequest) -> HttpResponse:
    """Show a dialog; a POST has an error, to show the dialog with it."""
    form = GalleryForm(request.POST or None, initial={"lines": "task", "date": date(2026, 11, 22)})
    status = 422 if request.method == "POST" and not form.is_valid() else 200
    return render(request, "ui/gallery_dialog.html", {"form": form, "rows": ROWS}, status=status)

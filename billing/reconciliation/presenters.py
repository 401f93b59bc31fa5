"""A difference as people read it: what differs, what that means, and the next steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib.formats import day, euro

from ..models import Difference, DifferenceKind
from .documents import day_of

TAGS = {
    DifferenceKind.VANISHED: "red",
    DifferenceKind.CHANGED: "warning",
    DifferenceKind.TOTAL: "warning",
    DifferenceKind.DOUBLE: "red",
    DifferenceKind.FOREIGN: "info",
}
WORDS: Mapping[str, Callable[[], str]] = {
    "relation_code": lambda: _("customer"),
    "date": lambda: _("date"),
    "payment_term": lambda: _("payment term"),
    "account": lambda: _("debtors account"),
    "lines": lambda: _("number of lines"),
    "quantity": lambda: _("quantity"),
    "price": lambda: _("price"),
    "net": lambda: _("amount excl. VAT"),
    "vat": lambda: _("VAT amount"),
    "vat_code": lambda: _("VAT code"),
    "ledger_account": lambda: _("ledger account"),
    "cost_centre_id": lambda: _("cost centre"),
    "description": lambda: _("text of a line"),
    "gross": lambda: _("total"),
}


@dataclass(frozen=True)
class DifferenceSummary:
    """A difference as it is shown; `local` and `remote` in short."""

    difference: Difference
    tag: str
    kind: str
    document: str
    text: str
    meaning: str
    next_step: str
    local: str
    remote: tuple[str, ...]


def describe_difference(difference: Difference) -> DifferenceSummary:
    """Describe the difference in the active language."""
    text, meaning, next_step = SAID[difference.kind](difference)
    return DifferenceSummary(
        difference=difference,
        tag=TAGS[DifferenceKind(difference.kind)],
        kind=difference.get_kind_display(),
        document=_document(difference),
        text=text,
        meaning=meaning,
        next_step=next_step,
        local=in_short(difference.local) if difference.local else "",
        remote=tuple(in_short(one) for one in difference.remote),
    )


def in_short(content: Mapping[str, Any]) -> str:
    """Summarise a document, such as `K00085 · 20-11-2026 · € 121.00`."""
    parts = [content["relation_code"], day(day_of(content)), euro(Decimal(content["gross"]))]
    return " · ".join(part for part in parts if part)


def _document(difference: Difference) -> str:
    name = difference.booking.get_kind_display() if difference.booking else _("Number")
    return f"{name} {difference.number}"


Said = tuple[str, str, str]


def _vanished(difference: Difference) -> Said:
    if difference.reason == "its-entry":
        return (
            _("The invoice exists in e-Boekhouden, but its ledger entry is missing."),
            _("The turnover and VAT of this invoice are missing from the ledger."),
            _("Book the invoice in the ledger again in e-Boekhouden."),
        )
    return (
        _("Booked, but no longer in e-Boekhouden."),
        _(
            "It was deleted in e-Boekhouden or given another number. A search by number found "
            "nothing."
        ),
        _(
            "Create it again in e-Boekhouden under the same number, or credit it here. It is "
            "never sent again automatically."
        ),
    )


def _changed(difference: Difference) -> Said:
    names = ", ".join(WORDS[name]() for name in difference.differs)
    return (
        _("Differs: %(names)s.") % {"names": names},
        _("It was changed in e-Boekhouden after it was booked from here."),
        _(
            "If our version is right, correct it in e-Boekhouden. Otherwise credit the invoice "
            "here and create a new one."
        ),
    )


def _total(difference: Difference) -> Said:
    amount = Decimal(difference.remote[-1]["gross"]) - Decimal((difference.local or {})["gross"])
    values = {"apart": euro(abs(amount))}
    if difference.reason == "its-entry":
        text = _("The ledger entry differs from the invoice by %(apart)s.") % values
    elif amount > 0:
        text = _("The total in e-Boekhouden is %(apart)s higher than ours.") % values
    else:
        text = _("The total in e-Boekhouden is %(apart)s lower than ours.") % values
    return (
        text,
        _("e-Boekhouden calculates the totals itself; this is mostly rounding."),
        _("Correct the amount in e-Boekhouden, or note here why it may differ."),
    )


def _double(difference: Difference) -> Said:
    meaning = _("The turnover and VAT may be counted twice.")
    next_step = _("Compare them, and credit or delete the surplus document in e-Boekhouden.")
    count = len(difference.remote)
    text = ngettext(
        "The number occurs %(count)s time in e-Boekhouden.",
        "The number occurs %(count)s times in e-Boekhouden.",
        count,
    )
    texts = {
        "both": _("It exists in e-Boekhouden both as a sales entry and as an invoice."),
        "correlation_id": _("It was entered in e-Boekhouden again under another number."),
        "alike": _(
            "e-Boekhouden has an equal invoice for the same customer and day that was not booked "
            "from here."
        ),
    }
    return texts.get(difference.reason, text % {"count": count}), meaning, next_step


def _foreign(difference: Difference) -> Said:
    if difference.reason == "cancelled":
        return (
            _("The booking was cancelled here, but its number exists in e-Boekhouden."),
            _(
                "It was created manually in e-Boekhouden, or the booking arrived after it was "
                "cancelled."
            ),
            _("If it is this document, credit or delete it in e-Boekhouden. Otherwise leave it."),
        )
    if difference.invoice_id:
        return (
            _(
                "The invoice was created here and entered manually in e-Boekhouden. It was not "
                "booked from here."
            ),
            _("A sales entry for this invoice would be refused or duplicated."),
            _(
                "Do not create a sales entry. Compare both sides and correct the one in "
                "e-Boekhouden."
            ),
        )
    return (
        _("A number in our series was used in e-Boekhouden."),
        _(
            "Our number series is in use in e-Boekhouden. The invoice that gets this number here "
            "will be refused."
        ),
        _("Use another series in e-Boekhouden, or another prefix under Settings → Invoices."),
    )


SAID: Mapping[str, Callable[[Difference], Said]] = {
    DifferenceKind.VANISHED: _vanished,
    DifferenceKind.CHANGED: _changed,
    DifferenceKind.TOTAL: _total,
    DifferenceKind.DOUBLE: _double,
    DifferenceKind.FOREIGN: _foreign,
}

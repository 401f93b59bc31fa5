"""What people read about a finding: what differs, what that means, and the way on."""

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
    """A finding as people read it; `ours` and `theirs` in short."""

    difference: Difference
    tag: str
    kind: str
    document: str
    text: str
    meaning: str
    next_step: str
    ours: str
    theirs: tuple[str, ...]


def describe_difference(difference: Difference) -> DifferenceSummary:
    """The finding in words, in the reader's language."""
    text, meaning, next_step = SAID[difference.kind](difference)
    return DifferenceSummary(
        difference=difference,
        tag=TAGS[DifferenceKind(difference.kind)],
        kind=difference.get_kind_display(),
        document=_document(difference),
        text=text,
        meaning=meaning,
        next_step=next_step,
        ours=in_short(difference.ours) if difference.ours else "",
        theirs=tuple(in_short(one) for one in difference.theirs),
    )


def in_short(content: Mapping[str, Any]) -> str:
    """`K00085 · 20-11-2026 · € 121.00`."""
    parts = [content["relation_code"], day(day_of(content)), euro(Decimal(content["gross"]))]
    return " · ".join(part for part in parts if part)


def _document(difference: Difference) -> str:
    name = difference.booking.get_kind_display() if difference.booking else _("Number")
    return f"{name} {difference.number}"


Said = tuple[str, str, str]


def _vanished(difference: Difference) -> Said:
    if difference.reason == "its-entry":
        return (
            _("The invoice is there, but its entry in the ledger is not."),
            _("Its turnover and VAT are missing in the bookkeeping there."),
            _("Book the invoice in the ledger again in e-Boekhouden."),
        )
    return (
        _("It was booked, and it is not there any more."),
        _(
            "Somebody deleted it in e-Boekhouden, or gave it another number. It was also looked"
            " up by its number."
        ),
        _(
            "Make it again there by hand, under the same number, or credit it here. This program"
            " never sends it again by itself."
        ),
    )


def _changed(difference: Difference) -> Said:
    names = ", ".join(WORDS[name]() for name in difference.differs)
    return (
        _("Differs: %(names)s.") % {"names": names},
        _("Somebody changed it in e-Boekhouden after it was booked from here."),
        _(
            "If ours is right, correct it there. If theirs is right, credit the invoice here and"
            " make it anew."
        ),
    )


def _total(difference: Difference) -> Said:
    apart = Decimal(difference.theirs[-1]["gross"]) - Decimal((difference.ours or {})["gross"])
    values = {"apart": euro(abs(apart))}
    if difference.reason == "its-entry":
        text = _("The entry in the ledger is %(apart)s away from the invoice.") % values
    elif apart > 0:
        text = _("The total there is %(apart)s more than ours.") % values
    else:
        text = _("The total there is %(apart)s less than ours.") % values
    return (
        text,
        _("e-Boekhouden computes the totals itself; mostly this is rounding."),
        _("Correct the amount there, or note here why it may stay as it is."),
    )


def _double(difference: Difference) -> Said:
    meaning = _("Its turnover and VAT may be counted twice.")
    next_step = _("Compare them, and credit or delete there what is too many.")
    count = len(difference.theirs)
    text = ngettext(
        "The number stands there %(count)s time.", "The number stands there %(count)s times.", count
    )
    texts = {
        "both": _("It stands there as a sales entry and as an invoice."),
        "correlation_id": _("It was entered there again, under another number."),
        "alike": _(
            "An equal invoice for the same customer and day is there, not booked from here."
        ),
    }
    return texts.get(difference.reason, text % {"count": count}), meaning, next_step


def _foreign(difference: Difference) -> Said:
    if difference.reason == "cancelled":
        return (
            _("The booking was cancelled here, but its number stands there."),
            _("It was made there by hand, or arrived after all."),
            _("If it is this document, credit or delete it there; else leave it."),
        )
    if difference.invoice_id:
        return (
            _("The invoice was made here and entered there by somebody, not booked from here."),
            _("A sales entry for it would be refused, or stand there twice."),
            _("Do not create a sales entry for it. Compare both sides; correct them there."),
        )
    return (
        _("A number of our series that was not booked from here."),
        _("Somebody uses our series in e-Boekhouden. When we get to this number, it is refused."),
        _("Use another series there, or another prefix under Settings → Invoices."),
    )


SAID: Mapping[str, Callable[[Difference], Said]] = {
    DifferenceKind.VANISHED: _vanished,
    DifferenceKind.CHANGED: _changed,
    DifferenceKind.TOTAL: _total,
    DifferenceKind.DOUBLE: _double,
    DifferenceKind.FOREIGN: _foreign,
}

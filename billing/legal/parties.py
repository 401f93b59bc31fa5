"""Issuer and addressee of the invoice: names, addresses, numbers."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.identifiers import is_vat_number
from vat.eligibility import why_not_number
from vat.treatments import TREATMENTS, VatTreatment

from ..documents.parties import is_po_box
from .findings import Finding, Place, Severity, Where
from .view import Document, Party, Supply

ADDRESS: dict[str, str | Promise] = {
    "address": gettext_lazy("street and number"),
    "postal_code": gettext_lazy("postal code"),
    "city": gettext_lazy("city"),
}
UNTAXED = frozenset({VatTreatment.EXEMPT, VatTreatment.SMALL_BUSINESS})


def issuer_is_complete(document: Document) -> Iterator[Finding]:
    """The issuer has a full name and address: art. 226(5) of the Directive; BR-06, NL-R-002."""
    lacking = _lacking(document.issuer)
    if lacking:
        text = _("The address of your organisation is not complete: %(lacking)s.")
        place = Place(Where.ORGANISATION, next(iter(lacking)))
        yield Finding(text % {"lacking": ", ".join(lacking.values())}, place)
    elif is_po_box(document.issuer.address):
        text = _(
            "Your organisation has only a P.O. box. Enter the address where it is established."
        )
        yield Finding(text, Place(Where.ORGANISATION, "address"))


def addressee_is_complete(supply: Supply) -> Iterator[Finding]:
    """The addressee has a full name and address: art. 226(5) of the Directive; NL-R-004.

    A missing address is a warning on a simplified invoice up to € 100 (art. 226b) and for a private
    person, to whom no invoice is compulsory (art. 34c of the Act).
    """
    lacking = _lacking(supply.addressee)
    severity = _for_addressee(supply)
    if lacking:
        text = _("The address of the customer is not complete: %(lacking)s.")
        place = Place(Where.CUSTOMER, next(iter(lacking)))
        yield Finding(text % {"lacking": ", ".join(lacking.values())}, place, severity)
    elif is_po_box(supply.addressee.address):
        text = _("The customer has only a P.O. box. Enter the address where it is established.")
        yield Finding(text, Place(Where.CUSTOMER, "address"), severity)


def _for_addressee(supply: Supply) -> Severity:
    is_small = supply.is_simplified and not _needing_number(supply)
    is_optional = is_small or not supply.addressee.is_business
    return Severity.WARNING if is_optional else Severity.ERROR


def _lacking(party: Party) -> dict[str, str]:
    """Return the empty fields with their labels; a postal code is not required abroad."""
    fields = ADDRESS if party.is_at_home else {name: ADDRESS[name] for name in ("address", "city")}
    named = {} if party.name.strip() else {"name": _("name")}
    empty = {
        field: str(label) for field, label in fields.items() if not getattr(party, field).strip()
    }
    return named | empty


def issuer_has_vat_number(document: Document) -> Iterator[Finding]:
    """The issuer has a VAT number: art. 226(3) of the Directive; BR-S-02, BR-AE-02, BR-IC-02.

    An issuer with exempt supplies only may have none.
    """
    number = document.issuer.vat_number
    if document.treatments and document.treatments <= UNTAXED and not number:
        return
    place = Place(Where.ORGANISATION, "vat_number")
    if not number:
        yield Finding(_("The VAT number of your organisation is missing."), place)
    elif not is_vat_number(number):
        text = _("The VAT number of your organisation, %(number)s, cannot be right.")
        yield Finding(text % {"number": number}, place)


def issuer_has_coc_number(document: Document) -> Iterator[Finding]:
    """The issuer has a trade register number: art. 27 Handelsregisterwet; NL-R-003."""
    if document.issuer.is_at_home and not document.issuer.coc_number:
        text = _("The Chamber of Commerce number of your organisation is missing.")
        yield Finding(text, Place(Where.ORGANISATION, "coc_number"))


def issuer_can_be_paid(document: Document) -> Iterator[Finding]:
    """The issuer has an IBAN: required by the UBL, not by law (NL-R-007, BR-61)."""
    if document.gross > 0 and not document.issuer.iban:
        text = _("Your organisation has no IBAN, so the invoice does not state where to pay.")
        yield Finding(text, Place(Where.ORGANISATION, "iban"))


def addressee_has_vat_number(supply: Supply) -> Iterator[Finding]:
    """A customer who owes the VAT has a VAT number: art. 226(4); BR-AE-03, BR-IC-03.

    It is of another EU country for a supply to that country, and Dutch for a reverse charge here.
    """
    customer = supply.addressee
    for treatment in sorted(supply.treatments):
        if text := why_not_number(customer.vat_number, treatment, customer.where):
            yield Finding(text, Place(Where.CUSTOMER, "vat_number"))


def _needing_number(supply: Supply) -> set[str]:
    return {one for one in supply.treatments if TREATMENTS[one].needs_vat_number}

"""The e-invoice of a draft, held against the rules of EN 16931 and NLCIUS before its number.

What the law check says already is not said twice: the rules on addresses and numbers overlap.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..documents.document import InvoiceDocument, Snapshot, parties
from ..documents.ubl import Broken, Part, broken_rules, draft_root
from ..models import Invoice
from .findings import Finding, Place, Where
from .typefaces import PARTY


def e_invoice_findings(document: InvoiceDocument) -> Iterator[Finding]:
    """Build the UBL of a draft and yield a finding for each part that breaks a rule."""
    invoice, issuer, addressee = document.invoice, document.issuer, document.addressee
    seen: set[Place] = set()
    for broken in broken_rules(draft_root(invoice, document)):
        place = _place(broken, invoice)
        if place not in seen:
            seen.add(place)
            yield Finding(_sentence(broken, issuer, addressee), place)


def _place(broken: Broken, invoice: Invoice) -> Place:
    match broken.part:
        case Part.SELLER:
            return Place(Where.ORGANISATION, broken.field)
        case Part.BUYER:
            return Place(Where.CUSTOMER, _field_of_customer(broken.field, invoice))
    return Place(Where.DRAFT)


def _field_of_customer(field: str, invoice: Invoice) -> str:
    """Return the field of the customer that is printed: of the postal address if it has one."""
    is_address = field in ("address", "postal_code", "city", "country")
    printed = parties(invoice)[1]["address"]
    is_postal = is_address and printed == invoice.customer.postal_address != ""
    return f"postal_{field}" if is_postal else field


def _sentence(broken: Broken, issuer: Snapshot, addressee: Snapshot) -> str:
    """Say what is wrong and what to do; the rule is named for who looks it up."""
    country = issuer["country"] if broken.part is Part.SELLER else addressee["country"]
    field = PARTY.get(broken.field, broken.field)
    names = {"rule": broken.rule, "country": country, "field": str(field)}
    if broken.rule in SENTENCES:
        return str(SENTENCES[broken.rule]) % names
    match broken.part:
        case Part.SELLER:
            text = _("The e-invoice needs the %(field)s of your organisation (%(rule)s).")
        case Part.BUYER:
            text = _("The e-invoice needs the %(field)s of the customer (%(rule)s).")
        case _:
            text = _(
                "The e-invoice would break rule %(rule)s of EN 16931. Check lines, discount and "
                "VAT rates."
            )
    return text % names


SENTENCES = {
    "BR-CL-14": gettext_lazy(
        "The country %(country)s is unknown. Choose it from the list (%(rule)s)."
    ),
    "BR-NL-1": gettext_lazy(
        "The e-invoice needs the Chamber of Commerce number of your organisation: 8 digits "
        "(%(rule)s)."
    ),
    "BR-O-11": gettext_lazy(
        "What is not subject to VAT, such as services outside the EU, cannot be on one invoice "
        "with other VAT. Make two invoices (%(rule)s)."
    ),
    "BR-CO-17": gettext_lazy(
        "A VAT rate below 0.5%% that is not 0 cannot be on an e-invoice (%(rule)s)."
    ),
}

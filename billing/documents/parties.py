"""Copies of who issues and who receives an invoice, as they were on the day it became final."""

import re

from accounts.models import Organisation
from customers.models import Customer

ISSUER = (
    "name",
    "address",
    "postal_code",
    "city",
    "country",
    "email",
    "phone",
    "website",
    "coc_number",
    "vat_number",
    "iban",
    "bic",
)
PO_BOX = re.compile(
    r"\s*(postbus|p\.?\s?o\.?\s?box|postfach|bo[iî]te\s+postale|b\.?\s?p\.?\s+\d)", re.IGNORECASE
)
ADDRESSEE = ("number", "name", "contact_name", "email", "vat_number", "coc_number")


def issuer_snapshot(organisation: Organisation) -> dict[str, str]:
    """What is printed of the organisation."""
    return {name: getattr(organisation, name) for name in ISSUER}


def addressee_snapshot(customer: Customer) -> dict[str, str]:
    """What is printed of the customer; the postal address goes before the visiting address.

    A P.O. box is no address for the law (art. 35a of the Act: the full address), so with one both
    are printed: `po_box` has it in one line.
    """
    snapshot = {name: getattr(customer, name) for name in ADDRESSEE}
    has_box = is_po_box(customer.postal_address) and bool(customer.address)
    prefix = "postal_" if customer.postal_address and not has_box else ""
    for name in ("address", "postal_code", "city", "country"):
        snapshot[name] = getattr(customer, f"{prefix}{name}")
    town = f"{customer.postal_postal_code} {customer.postal_city}".strip()
    snapshot["po_box"] = f"{customer.postal_address}, {town}".strip(", ") if has_box else ""
    return snapshot


def is_po_box(address: str) -> bool:
    """Whether it is a P.O. box instead of a place where somebody can be found."""
    return PO_BOX.match(address) is not None

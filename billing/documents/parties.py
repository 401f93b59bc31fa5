"""Snapshots of the issuer and the addressee of an invoice, taken when it becomes final."""

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
    """Return the fields of the organisation that are printed."""
    return {name: getattr(organisation, name) for name in ISSUER}


def addressee_snapshot(customer: Customer) -> dict[str, str]:
    """Return the fields of the customer that are printed; a postal address comes first.

    By law a P.O. box is not a full address (art. 35a of the Act). With a P.O. box the visiting
    address is printed too, and `po_box` has the box in one line.
    """
    snapshot = {name: getattr(customer, name) for name in ADDRESSEE}
    has_box = is_po_box(customer.postal_address) and bool(customer.address)
    prefix = "postal_" if customer.postal_address and not has_box else ""
    for name in ("address", "postal_code", "city", "country"):
        snapshot[name] = getattr(customer, f"{prefix}{name}")
    city_line = f"{customer.postal_postal_code} {customer.postal_city}".strip()
    snapshot["po_box"] = f"{customer.postal_address}, {city_line}".strip(", ") if has_box else ""
    return snapshot


def is_po_box(address: str) -> bool:
    """Return whether the address is a P.O. box."""
    return PO_BOX.match(address) is not None

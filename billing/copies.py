"""Copies of who issues and who receives an invoice, as they were on the day it became final."""

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
ADDRESSEE = ("number", "name", "contact_name", "email", "vat_number", "coc_number")


def issuer_copy(organisation: Organisation) -> dict[str, str]:
    """What is printed of the organisation."""
    return {name: getattr(organisation, name) for name in ISSUER}


def addressee_copy(customer: Customer) -> dict[str, str]:
    """What is printed of the customer; the postal address goes before the visiting address."""
    copy = {name: getattr(customer, name) for name in ADDRESSEE}
    prefix = "postal_" if customer.postal_address else ""
    for name in ("address", "postal_code", "city", "country"):
        copy[name] = getattr(customer, f"{prefix}{name}")
    return copy

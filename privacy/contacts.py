"""Forget a contact person of a customer.

What was printed and sent stays as it was: the copies on final invoices and the e-mails with them
are documents of the books. Everything else that names the person is emptied.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from billing.models import InvoiceMail
from customers.models import Customer, ImportRow

from . import events
from .erasure_files import remember
from .models import Erasure, ErasureKind

SALT = "privacy.contact"
# What an import remembers of a customer about the contact person.
IMPORTED = ("contact_name", "email", "phone")


@dataclass(frozen=True)
class Person:
    """Somebody who is named at a customer, as a contact or as the customer's contact person."""

    name: str
    email: str = ""

    def is_same(self, name: str, email: str) -> bool:
        same_name = bool(self.name) and name.casefold() == self.name.casefold()
        same_email = bool(self.email) and email.casefold() == self.email.casefold()
        return same_name or (same_email and not name)

    def mark(self, key: str | None = None) -> str:
        """Return a keyed hash, which finds the same person in a backup and says nothing else."""
        text = f"{self.name.casefold()}|{self.email.casefold()}"
        return salted_hmac(SALT, text, secret=key, algorithm="sha256").hexdigest()


def people_at(customer: Customer) -> list[Person]:
    """Return everybody who is named at a customer, each once."""
    people: dict[str, Person] = {}
    for one in _named(customer):
        people.setdefault(one.mark(), one)
    return list(people.values())


def _named(customer: Customer) -> Iterator[Person]:
    if customer.contact_name:
        yield Person(customer.contact_name, customer.email)
    for contact in customer.contacts.all():
        yield Person(contact.name, contact.email)


def find(customer: Customer, mark: str) -> Person | None:
    """Return the person of a mark, made with the key of now or an older one."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return next(
        (
            one
            for one in people_at(customer)
            if any(constant_time_compare(one.mark(key), mark) for key in keys)
        ),
        None,
    )


def kept_mails(customer: Customer, person: Person) -> int:
    """Return the number of sent e-mails with the address, which are kept with their invoices."""
    if not person.email:
        return 0
    mails = InvoiceMail.objects.filter(invoice__customer=customer)
    return mails.filter(to__icontains=person.email).count()


@transaction.atomic
def forget(customer: Customer, person: Person, *, by: User, now: datetime.datetime) -> None:
    """Forget the person at this customer, and record that it was done."""
    counts = carry_out(customer, person)
    erasure = Erasure.objects.create(
        organisation=customer.organisation,
        kind=ErasureKind.CONTACT,
        row_id=customer.pk,
        known_since=customer.created_at,
        mark=person.mark(),
        at=now,
        by=by,
        counts=counts,
    )
    remember(erasure)
    events.record(
        events.FORGOTTEN,
        organisation=customer.organisation_id,
        customer=customer.pk,
        by=by.pk,
        **counts,
    )


@transaction.atomic
def carry_out(customer: Customer, person: Person) -> dict[str, int]:
    """Empty what names the person; return how many rows."""
    locked = Customer.objects.select_for_update().get(pk=customer.pk)
    same = [one.pk for one in locked.contacts.all() if person.is_same(one.name, one.email)]
    locked.contacts.filter(pk__in=same).delete()
    emptied = _emptied(locked, person)
    if emptied:
        Customer.objects.filter(pk=locked.pk).update(**emptied)
    changed = ImportRow.objects.filter(customer=locked).exclude(changes={})
    imported = changed.update(changes={})
    return {"contacts": len(same), "fields": len(emptied), "import_rows": imported}


def _emptied(customer: Customer, person: Person) -> dict[str, Any]:
    """Return the fields of the customer to empty, with what the import remembers of them."""
    if not person.is_same(customer.contact_name, customer.email):
        return {}
    names = ["contact_name"]
    if person.email and customer.email.casefold() == person.email.casefold():
        names += ["email", "phone"]
    remembered = {k: v for k, v in customer.imported.items() if k not in names}
    return {**dict.fromkeys(names, ""), "imported": remembered}

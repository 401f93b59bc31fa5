"""Add, change, archive and delete customers."""

import datetime
import re
from collections.abc import Iterable, Mapping

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import Organisation
from audit.changes import Changes, change, contents, differences
from audit.kinds import Action, Kind
from audit.recording import record, record_changes

from .concurrent_edits import hold
from .known_codes import known_rows
from .models import Contact, Customer

# States of a booking that did not bring the customer to e-Boekhouden.
NOT_ADDED_STATES = ("blocked", "rejected", "conflict", "cancelled")
PROPOSAL = re.compile(r"K(\d{1,9})", re.ASCII)


class NumberTaken(Exception):
    """Another customer has this number; the text names it."""


class InUse(Exception):
    """The customer cannot be deleted, because something refers to it."""


def next_free_number(organisation: Organisation) -> str:
    """Return a proposal for a new customer: one above the highest of K00001, K00002 …

    The codes of relations count too, as far as the last import saw them.
    """
    ours = organisation.customers.filter(number__istartswith="K")
    theirs = known_rows(organisation).filter(number__icontains="K")
    numbers = [*ours.values_list("number", flat=True), *theirs.values_list("number", flat=True)]
    used = [
        int(found[1]) for number in numbers if (found := PROPOSAL.fullmatch(number.strip().upper()))
    ]
    return f"K{max(used, default=0) + 1:05d}"


def owner_of(number: str, *, organisation: Organisation, besides: int | None) -> Customer | None:
    """Return the other customer with this number, ignoring case and surrounding blanks."""
    same = organisation.customers.annotate(lower=Lower("number")).filter(
        lower=number.strip().lower()
    )
    others = same.exclude(pk=besides) if besides else same
    return others.first()


def is_number_fixed(customer: Customer) -> bool:
    """Return True if e-Boekhouden knows this number, or a booking is about to add it."""
    return (
        customer.is_in_eboekhouden or customer.bookings.exclude(state__in=NOT_ADDED_STATES).exists()
    )


def save_customer(
    customer: Customer | None,
    *,
    organisation: Organisation,
    values: Mapping[str, object],
    contacts: Iterable[Mapping[str, object]] | None = None,
    version: str = "",
    now: datetime.datetime,
) -> Customer:
    """Add a customer (None) or change one, with all its contacts.

    Without `contacts` they stay as they are; a fixed number stays too. Raises NumberTaken, and
    ChangedMeanwhile if the customer is no longer the `version` that the page showed.
    """
    values = dict(values)
    if customer and is_number_fixed(customer):
        values.pop("number", None)
    try:
        with transaction.atomic():
            is_new = customer is None
            if customer is None:
                customer = Customer(organisation=organisation, created_at=now)
            else:
                hold(customer, version=version)
            changes = {} if is_new else differences(customer, values)
            for name, value in values.items():
                setattr(customer, name, value)
            customer.save(update_fields=list(values) if customer.pk else None)
            if contacts is not None:
                changes |= _replace_contacts(customer, contacts)
            if is_new:
                record(Kind.CUSTOMER, Action.ADDED, customer, changes=contents(customer, values))
            else:
                record_changes(Kind.CUSTOMER, customer, changes)
    except IntegrityError:
        raise NumberTaken(
            _("Another customer has just taken this number. Choose another number.")
        ) from None
    return customer


def contacts_for(addresses: Iterable[str]) -> list[dict[str, object]]:
    """Return contacts that receive the invoices of a customer with several addresses."""
    return [
        {"name": address[:100], "email": address, "phone": "", "receives_invoices": True}
        for address in addresses
    ]


def _replace_contacts(customer: Customer, contacts: Iterable[Mapping[str, object]]) -> Changes:
    """Store these contacts instead of those there are; return the change, in words."""
    before = list(customer.contacts.values("name", "email", "phone"))
    customer.contacts.all().delete()
    after = list(contacts)
    Contact.objects.bulk_create(Contact(customer=customer, **values) for values in after)
    return change("contacts", [*map(_named, before)], [*map(_named, after)])


def _named(contact: Mapping[str, object]) -> str:
    email = contact.get("email")
    parts = [contact["name"], f"<{email}>" if email else "", contact.get("phone")]
    return " ".join(str(part) for part in parts if part)


@transaction.atomic
def archive(customer: Customer, *, now: datetime.datetime) -> None:
    """Archive a customer: it can no longer be chosen, and all its data is kept."""
    if Customer.objects.filter(pk=customer.pk, archived_at=None).update(archived_at=now):
        record(Kind.CUSTOMER, Action.ARCHIVED, customer)


@transaction.atomic
def restore(customer: Customer) -> None:
    """Make an archived customer active again."""
    if Customer.objects.filter(pk=customer.pk).exclude(archived_at=None).update(archived_at=None):
        record(Kind.CUSTOMER, Action.RESTORED, customer)


def is_used(customer: Customer) -> bool:
    """Return True if a project, an invoice or a booking refers to the customer."""
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: customer}).exists()
        for relation in Customer._meta.related_objects
        if relation.on_delete is models.PROTECT
    )


@transaction.atomic
def delete(customer: Customer) -> None:
    """Delete a customer that nothing refers to. Raises InUse."""
    if is_used(customer):
        raise InUse
    record(Kind.CUSTOMER, Action.DELETED, customer)
    try:
        customer.delete()
    except models.ProtectedError:
        raise InUse from None

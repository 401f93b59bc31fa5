"""Import one relation, and report the result as a row."""

import datetime
from collections.abc import Callable, Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from integrations.eboekhouden.messages import Relation
from lib.stored_texts import in_every_language

from .editing import contacts_for
from .matching import Match, PossibleDuplicates, key
from .merging import Merge, merge
from .models import Contact, Customer, ImportMode, ImportOutcome, ImportRow, ImportRun
from .relations import FIELDS, fields_from_relation, label, own_code

MAX_REASON = 300


class RowImporter:
    """The importer of the relations of one run; it knows which numbers are in use."""

    def __init__(
        self,
        run: ImportRun,
        *,
        administration: str,
        numbers: Iterable[Customer],
        possible_duplicates: PossibleDuplicates,
    ) -> None:
        self._run = run
        self._administration = administration
        self._owner = {key(customer.number): customer.pk for customer in numbers}
        self._possible_duplicates = possible_duplicates

    def row(self, match: Match, *, position: int, now: datetime.datetime) -> ImportRow:
        """Import the relation. Returns its row, which is not stored yet."""
        row = ImportRow(
            run=self._run,
            position=position,
            remote_id=match.relation.id,
            number=match.relation.code[:50],
            name=match.relation.name[:200],
            customer=match.customer,
        )
        if match.skipped:
            return _reported(row, ImportOutcome.SKIPPED, lambda: [str(match.skipped)])
        if match.customer is None:
            return self._add(row, match, now=now)
        if self._run.mode == ImportMode.ONLY_NEW:
            self._link(match.customer, match.relation)
            return _reported(row, ImportOutcome.UNCHANGED, lambda: [_exists()])
        return self._update(row, match, match.customer)

    def _add(self, row: ImportRow, match: Match, *, now: datetime.datetime) -> ImportRow:
        fields = fields_from_relation(match.relation)
        values = fields.values
        customer = Customer(
            organisation=self._run.organisation,
            remote_id=match.relation.id,
            remote_code=own_code(match.relation.code),
            imported={**values, "administration": self._administration},
            imported_at=now,
            created_at=now,
            **values,
        )
        try:
            with transaction.atomic():
                customer.save(force_insert=True)
                _add_contacts(customer, fields.invoice_addresses)
        except IntegrityError:
            return _reported(row, ImportOutcome.SKIPPED, lambda: [_just_used(customer.number)])
        self._owner[key(customer.number)] = customer.pk
        row.customer = customer

        def texts() -> list[str]:
            return [self._possible_duplicates.sentence(values), *_remarks(match.relation)]

        return _reported(row, ImportOutcome.NEW, texts)

    def _update(self, row: ImportRow, match: Match, customer: Customer) -> ImportRow:
        fields = fields_from_relation(match.relation)
        merged = self._merged(fields.values, customer)
        if not self._store(customer, merged, match.relation):
            return _reported(row, ImportOutcome.SKIPPED, lambda: [_changed_meanwhile()])
        if "email" in merged.take:
            _add_contacts(customer, fields.invoice_addresses)
        row.changes = {
            name: [_plain(getattr(customer, name)), _plain(value)]
            for name, value in merged.take.items()
        }

        def texts() -> list[str]:
            return [*_conflicts(customer, merged), *_remarks(match.relation)]

        return _reported(row, _outcome(merged), texts)

    def _merged(self, remote: dict[str, object], customer: Customer) -> Merge:
        local = {name: getattr(customer, name) for name in FIELDS}
        if key(str(remote["number"])) == key(customer.number):
            remote["number"] = customer.number
        merged = merge(local, remote, imported=customer.imported)
        new_number = str(merged.take.get("number", ""))
        if new_number and self._owner.get(key(new_number), customer.pk) != customer.pk:
            merged.conflicts["number"] = merged.take.pop("number")
            merged.imported["number"] = customer.imported.get("number")
        merged.imported["administration"] = self._administration
        return merged

    def _store(self, customer: Customer, merged: Merge, relation: Relation) -> bool:
        """Update the customer. Return False if it was changed since it was read."""
        if merged.imported == customer.imported and _is_linked(customer, relation):
            return True
        as_read = {name: getattr(customer, name) for name in merged.take}
        try:
            with transaction.atomic():
                stored = Customer.objects.filter(pk=customer.pk, **as_read).update(
                    **merged.take, imported=merged.imported, **_link_to(relation)
                )
        except IntegrityError:
            return False
        if stored and "number" in merged.take:
            self._owner.pop(key(customer.number), None)
            self._owner[key(str(merged.take["number"]))] = customer.pk
        return bool(stored)

    def _link(self, customer: Customer, relation: Relation) -> None:
        if not _is_linked(customer, relation):
            imported = {**customer.imported, "administration": self._administration}
            Customer.objects.filter(pk=customer.pk).update(**_link_to(relation), imported=imported)


def _is_linked(customer: Customer, relation: Relation) -> bool:
    return all(getattr(customer, name) == value for name, value in _link_to(relation).items())


def _link_to(relation: Relation) -> dict[str, Any]:
    return {"remote_id": relation.id, "remote_code": own_code(relation.code)}


def _add_contacts(customer: Customer, addresses: Iterable[str]) -> None:
    """Add the addresses that no contact has yet."""
    known = set(customer.contacts.values_list("email", flat=True))
    wanted = [address for address in addresses if address not in known]
    Contact.objects.bulk_create(
        Contact(customer=customer, **values) for values in contacts_for(wanted)
    )


def _reported(row: ImportRow, outcome: str, say: Callable[[], Iterable[str]]) -> ImportRow:
    """Set the result; `say` returns its texts in the active language."""

    def reason() -> str:
        text = "; ".join(filter(None, say()))
        return text if len(text) <= MAX_REASON else f"{text[: MAX_REASON - 1]}…"

    row.outcome = outcome
    # Most rows have nothing to say, in any language.
    row.reason = in_every_language(reason) if reason() else ""
    return row


def _exists() -> str:
    return _("already exists here; you chose to add only new customers")


def _just_used(number: str) -> str:
    text = _("customer number %(number)s has just been used here; import again")
    return text % {"number": number}


def _changed_meanwhile() -> str:
    return _("was changed here during the import; the next import checks it again")


def _remarks(relation: Relation) -> list[str]:
    """Return what was not taken over as it is, in the active language."""
    return fields_from_relation(relation).remarks


def _outcome(merged: Merge) -> ImportOutcome:
    """What differs on both sides waits for a person, so that counts more than what was taken."""
    if merged.conflicts:
        return ImportOutcome.CONFLICT
    return ImportOutcome.UPDATED if merged.take else ImportOutcome.UNCHANGED


def _conflicts(customer: Customer, merged: Merge) -> list[str]:
    return [
        _("%(field)s differs: %(here)s here, %(there)s in e-Boekhouden")
        % {
            "field": label(name),
            "here": _plain(getattr(customer, name)),
            "there": _plain(value),
        }
        for name, value in merged.conflicts.items()
    ]


def _plain(value: object) -> str:
    """Return the value as it appears in a sentence."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)

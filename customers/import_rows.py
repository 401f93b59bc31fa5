"""Import relations, many at a time, and report the result of each as a row."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from integrations.eboekhouden.messages import Relation
from lib.stored_texts import in_every_language

from .editing import contacts_for
from .matching import Match, PossibleDuplicates, key
from .merging import Merge, merge
from .models import Contact, Customer, ImportMode, ImportOutcome, ImportRow, ImportRun
from .relations import FIELDS, RelationFields, fields_from_relation, label, own_code

MAX_REASON = 300


class _ChangedHere(Exception):
    """A customer is no longer as it was read."""


@dataclass
class Plan:
    """What an import does with one relation: a customer to add or to change, or only a row.

    `changes` are the new values of an existing customer, and `as_read` the values that it must
    still have for that. `addresses` become contacts, if no contact has them yet.
    """

    row: ImportRow
    customer: Customer | None = None
    is_new: bool = False
    changes: dict[str, Any] = field(default_factory=dict)
    as_read: dict[str, Any] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)


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
        # The id of each number's customer; None while the customer is being added.
        self._owner: dict[str, int | None] = {
            key(customer.number): customer.pk for customer in numbers
        }
        self._possible_duplicates = possible_duplicates

    def rows(
        self, matches: Sequence[Match], *, position: int, now: datetime.datetime
    ) -> list[ImportRow]:
        """Import the relations, with the same number of queries for few and for many.

        If one of them clashes with a change that was made here meanwhile, none is stored, and all
        are imported again one by one: then only that one is skipped. Returns their rows, which
        are not stored yet; the first gets this position.
        """
        owner = dict(self._owner)
        try:
            with transaction.atomic():
                plans = [self._planned(match, now=now) for match in matches]
                _store_all(plans)
        except (IntegrityError, _ChangedHere):
            self._owner = owner
            plans = [self._one(match, now=now) for match in matches]
        rows = [plan.row for plan in plans]
        for number, row in enumerate(rows, start=position):
            row.position = number
        return rows

    def _planned(self, match: Match, *, now: datetime.datetime) -> Plan:
        """Plan a relation on the assumption that it will be stored."""
        plan = self._plan(match, now=now)
        self._keep_number(plan)
        return plan

    def _one(self, match: Match, *, now: datetime.datetime) -> Plan:
        """Import one relation; it is skipped if it clashes with a change that was made here."""
        plan = self._plan(match, now=now)
        try:
            with transaction.atomic():
                _store_one(plan)
        except (IntegrityError, _ChangedHere):
            _refuse(plan)
        else:
            self._keep_number(plan)
        return plan

    def _keep_number(self, plan: Plan) -> None:
        """Note whose number it is, before or after the customer is stored."""
        if plan.customer and (plan.is_new or "number" in plan.changes):
            if not plan.is_new:
                self._owner.pop(key(plan.customer.number), None)
            number = plan.changes.get("number", plan.customer.number)
            self._owner[key(str(number))] = plan.customer.pk

    # --- Planning ---------------------------------------------------------------------------------

    def _plan(self, match: Match, *, now: datetime.datetime) -> Plan:
        row = ImportRow(
            run=self._run,
            remote_id=match.relation.id,
            number=match.relation.code[:50],
            name=match.relation.name[:200],
            customer=match.customer,
        )
        if match.skipped:
            return Plan(_reported(row, ImportOutcome.SKIPPED, lambda: [str(match.skipped)]))
        if match.customer is None:
            return self._plan_new(row, match.relation, now=now)
        if self._run.mode == ImportMode.ONLY_NEW:
            _reported(row, ImportOutcome.UNCHANGED, lambda: [_exists()])
            return Plan(row, match.customer, changes=self._link(match.customer, match.relation))
        return self._plan_update(row, match.customer, match.relation)

    def _plan_new(self, row: ImportRow, relation: Relation, *, now: datetime.datetime) -> Plan:
        fields = fields_from_relation(relation)
        values = fields.values
        customer = Customer(
            organisation=self._run.organisation,
            remote_id=relation.id,
            remote_code=own_code(relation.code),
            imported={**values, "administration": self._administration},
            imported_at=now,
            created_at=now,
            **values,
        )
        remarks = _remarks(relation, fields)
        _reported(
            row,
            ImportOutcome.NEW,
            lambda: [self._possible_duplicates.sentence(values), *remarks()],
        )
        return Plan(row, customer, is_new=True, addresses=fields.invoice_addresses)

    def _plan_update(self, row: ImportRow, customer: Customer, relation: Relation) -> Plan:
        fields = fields_from_relation(relation)
        merged = self._merged(fields.values_for(customer), customer)
        remarks = _remarks(relation, fields)
        _reported(row, _outcome(merged), lambda: [*_conflicts(customer, merged), *remarks()])
        row.changes = {
            name: [_plain(getattr(customer, name)), _plain(value)]
            for name, value in merged.take.items()
        }
        if merged.imported == customer.imported and _is_linked(customer, relation):
            return Plan(row, customer)
        return Plan(
            row,
            customer,
            changes={**merged.take, "imported": merged.imported, **_link_to(relation)},
            as_read={name: getattr(customer, name) for name in merged.take},
            addresses=fields.invoice_addresses if "email" in merged.take else [],
        )

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

    def _link(self, customer: Customer, relation: Relation) -> dict[str, Any]:
        """Return the changes that link an existing customer; none if it is linked already."""
        if _is_linked(customer, relation):
            return {}
        imported = {**customer.imported, "administration": self._administration}
        return {**_link_to(relation), "imported": imported}


# --- Storing --------------------------------------------------------------------------------------


def _store_all(plans: Sequence[Plan]) -> None:
    """Store the customers of all plans. Raises IntegrityError or _ChangedHere if one clashes."""
    _change([plan for plan in plans if plan.changes])
    added = [plan for plan in plans if plan.is_new]
    Customer.objects.bulk_create(plan.customer for plan in added if plan.customer)
    for plan in added:
        plan.row.customer = plan.customer
    _add_contacts(plans)


def _change(plans: Sequence[Plan]) -> None:
    """Write the changes of existing customers, which are locked before they are compared."""
    if not plans:
        return
    ids = [plan.customer.pk for plan in plans if plan.customer]
    # Their keys stay, so that a row which refers to one need not wait.
    locked = Customer.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    found = {customer.pk: customer for customer in locked}
    customers = [_changed(plan, found) for plan in plans]
    names = sorted({name for plan in plans for name in plan.changes})
    # All of them exist and are locked, so that this only updates.
    Customer.objects.bulk_create(
        customers, update_conflicts=True, unique_fields=["pk"], update_fields=names
    )


def _changed(plan: Plan, found: dict[int, Customer]) -> Customer:
    """Return the customer with its new values. Raises _ChangedHere if it is not as it was read."""
    customer = found.get(plan.customer.pk) if plan.customer else None
    if customer is None:
        raise _ChangedHere
    if any(getattr(customer, name) != value for name, value in plan.as_read.items()):
        raise _ChangedHere
    for name, value in plan.changes.items():
        setattr(customer, name, value)
    return customer


def _store_one(plan: Plan) -> None:
    """Store one customer. Raises IntegrityError or _ChangedHere if it clashes."""
    if plan.customer and plan.is_new:
        plan.customer.save(force_insert=True)
        plan.row.customer = plan.customer
    elif plan.customer and plan.changes:
        as_read = Customer.objects.filter(pk=plan.customer.pk, **plan.as_read)
        if not as_read.update(**plan.changes):
            raise _ChangedHere
    _add_contacts([plan])


def _refuse(plan: Plan) -> None:
    """Report that a relation was skipped, and why."""
    number = plan.customer.number if plan.customer else ""
    if plan.is_new:
        plan.row.customer = None
        _reported(plan.row, ImportOutcome.SKIPPED, lambda: [_just_used(number)])
        return
    if plan.customer and not Customer.objects.filter(pk=plan.customer.pk).exists():
        plan.row.customer = None
    plan.row.changes = {}
    _reported(plan.row, ImportOutcome.SKIPPED, lambda: [_changed_meanwhile()])


def _add_contacts(plans: Iterable[Plan]) -> None:
    """Add the addresses that no contact of the customer has yet."""
    wanted = {plan.customer: plan for plan in plans if plan.customer and plan.addresses}
    existing = [customer.pk for customer, plan in wanted.items() if not plan.is_new]
    known = Contact.objects.filter(customer__in=existing) if existing else Contact.objects.none()
    pairs = set(known.values_list("customer", "email"))
    Contact.objects.bulk_create(
        Contact(customer=customer, **values)
        for customer, plan in wanted.items()
        for values in contacts_for(
            address for address in plan.addresses if (customer.pk, address) not in pairs
        )
    )


# --- Words ----------------------------------------------------------------------------------------


def _is_linked(customer: Customer, relation: Relation) -> bool:
    return all(getattr(customer, name) == value for name, value in _link_to(relation).items())


def _link_to(relation: Relation) -> dict[str, Any]:
    return {"remote_id": relation.id, "remote_code": own_code(relation.code)}


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


def _remarks(relation: Relation, fields: RelationFields) -> Callable[[], list[str]]:
    """Return what says what was not taken over as it is, in the active language.

    A relation without remarks, as most are, is not cleaned again for that.
    """
    return lambda: fields_from_relation(relation).remarks if fields.remarks else []


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

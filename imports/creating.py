"""Create what the user said is new: a customer, a project, a task, a person."""

import datetime
from typing import Any

from django.db import models, transaction

from accounts.models import Language, Membership, Organisation, Role
from accounts.people import AlreadyMember, add_member
from customers.editing import next_free_number
from customers.models import Customer
from lib.countries import HOME
from projects.models import ExpenseCategory, Project, Task, Vehicle

from .kinds.base import fingerprint
from .models import FileImport, ImportedRow, Outcome
from .names import NewName, answer_key

# The fields that tell whether what was created was changed since.
CREATED_FIELDS: dict[type[models.Model], tuple[str, ...]] = {
    Customer: ("number", "name", "address", "email", "vat_number"),
    Project: ("customer_id", "name", "code", "method", "hourly_rate", "fixed_price"),
    Task: ("name", "code", "hourly_rate"),
    ExpenseCategory: ("name",),
    Vehicle: ("name", "licence_plate"),
    Membership: ("role", "hourly_rate"),
}


@transaction.atomic
def create_names(draft: FileImport, wanted: list[NewName], *, now: datetime.datetime) -> None:
    """Create what is wanted, remember it as part of the import, and answer the names with it."""
    records = []
    answers = {name: dict(some) for name, some in draft.answers.items()}
    made: dict[NewName, Any] = {}
    for new in sorted(wanted, key=lambda one: isinstance(one.within, NewName)):
        within: Any = made[new.within].pk if isinstance(new.within, NewName) else new.within
        target, is_new = _create(draft.organisation, new, within=within, now=now)
        made[new] = target
        of_field = answers.setdefault(new.field, {})
        of_field[answer_key(new.text, new.within)] = {"to": target.pk}
        of_field[answer_key(new.text, within)] = {"to": target.pk}
        if is_new:
            records.append(_record(draft, target))
    ImportedRow.objects.bulk_create(records)
    draft.answers = answers
    draft.save(update_fields=["answers"])


def _create(
    organisation: Organisation, new: NewName, *, within: int | None, now: datetime.datetime
) -> tuple[Any, bool]:
    match new.field:
        case "customer":
            number = next_free_number(organisation)
            values = {"number": number, "country": HOME, "created_at": now}
            return organisation.customers.create(name=new.text[:100], **values), True
        case "project":
            project = organisation.projects.create(customer_id=within or 0, name=new.text[:100])
            return project, True
        case "employee":
            return _person(organisation, new)
        case "task":
            return organisation.tasks.create(name=new.text[:100], is_common=False), True
        case "category":
            return organisation.expense_categories.create(name=new.text[:100]), True
    return organisation.vehicles.create(name=new.text[:100]), True


def _person(organisation: Organisation, new: NewName) -> tuple[Membership, bool]:
    """Return a new employee, without an invitation; somebody who works here already stays."""
    first, _blank, last = new.text.partition(" ")
    try:
        person = add_member(
            organisation,
            email=new.email,
            first_name=first[:60],
            last_name=last[:80],
            language=Language(organisation.language),
            role=Role.EMPLOYEE,
        )
    except AlreadyMember as known:
        return known.membership, False
    return person, True


def _record(draft: FileImport, target: Any) -> ImportedRow:
    return ImportedRow(
        file_import=draft,
        outcome=Outcome.NEW,
        model=target._meta.model_name,
        object_id=target.pk,
        after=fingerprint(getattr(target, name) for name in CREATED_FIELDS[type(target)]),
    )

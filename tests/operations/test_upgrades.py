"""The program of the last release goes on with the database of this one, while both run."""

from functools import cache
from inspect import signature

import pytest
from django.db import IntegrityError, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

from tests import factories
from tests.timechimp_eb.test_every_page import _everything
from timechimp_eb.celery import app

pytestmark = pytest.mark.django_db

# The last migration of each app in that release: to be renewed with each one.
RELEASE = {
    "accounts": "0001_initial",
    "billing": "0002_initial",
    "customers": "0001_initial",
    "integrations": "0001_initial",
    "projects": "0001_initial",
    "registrations": "0001_initial",
    "vat": "0001_initial",
}
# Its tasks: its messages may still wait, and it may take messages of this program.
TASKS = {
    "billing.tasks.complete_some_of_the_archive": 0,
    "billing.tasks.deliver_bookings": 1,
    "billing.tasks.fetch_all_payments": 0,
    "billing.tasks.fetch_payments": 1,
    "billing.tasks.queue_due_reminders": 1,
    "billing.tasks.run_reconciliation": 1,
    "billing.tasks.send_reminders": 1,
    "billing.tasks.start_due_reminders": 0,
    "billing.tasks.start_nightly_reconciliations": 0,
    "billing.tasks.sweep_bookings": 0,
    "billing.tasks.sweep_reconciliations": 0,
    "billing.tasks.sweep_reminders": 0,
    "customers.tasks.run_import": 1,
    "customers.tasks.start_due_imports": 0,
    "projects.tasks.plan_scheduled_amounts": 0,
}


@cache
def states():
    """Return the models of the release and those of today, as migrations describe them."""
    loader = MigrationLoader(None)
    return loader.project_state(list(RELEASE.items())), loader.project_state()


def old_models():
    released = states()[0]
    return [model for model in released.apps.get_models() if model._meta.app_label in RELEASE]


def test_no_table_and_no_column_of_the_release_is_gone():
    released, today = states()
    gone = [
        (*key, name)
        for key, model in released.models.items()
        for name in model.fields
        if key not in today.models or name not in today.models[key].fields
    ]

    assert len(old_models()) > 30
    assert gone == []


def test_a_new_column_of_an_old_table_is_empty_or_filled_by_the_database():
    released, today = states()
    refusing = [
        (*key, name)
        for key, model in released.models.items()
        for name, field in today.models[key].fields.items()
        if name not in model.fields
        and not (field.many_to_many or field.null)
        and field.db_default is NOT_PROVIDED
    ]

    assert refusing == []


def test_the_release_reads_every_row_of_today_and_writes_rows_of_its_own():
    _everything(factories.create_organisation())

    read = {model._meta.label: model._default_manager.first() for model in old_models()}
    refused = {label: why for label, row in read.items() if row and (why := copy(row))}

    written = {label for label, row in read.items() if row and label not in refused}
    assert {"registrations.TimeEntry", "registrations.Trip", "billing.Invoice"} <= written
    assert len(written) + len(refused) > 25
    assert {
        label: why
        for label, why in refused.items()
        # A column that is missing would be refused before these are looked at.
        if not ("unique" in why.lower() or "A final invoice is neither changed" in why)
    } == {}


def copy(row):
    """Insert the row once more with the columns of the release; return why that was refused."""
    row.pk, row._state.adding = None, True
    for field in row._meta.concrete_fields:
        value = getattr(row, field.name)
        if field.unique and not field.primary_key and isinstance(value, str):
            setattr(row, field.name, f"other-{value}"[: field.max_length])
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("name", "count"), TASKS.items())
def test_a_message_of_the_release_finds_its_task(name, count):
    app.loader.import_default_modules()

    assert signature(app.tasks[name].run).bind(*range(count))

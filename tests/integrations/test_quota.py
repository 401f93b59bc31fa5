"""Calls with a monthly limit are counted, also when two processes count the first at once."""

import datetime

import pytest

from integrations.models import MonthlyCalls
from integrations.quota import OPERATION, note_call
from tests.interleaving import just_before

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 9, 12, tzinfo=datetime.UTC)


def test_two_processes_that_count_the_first_call_of_a_month_count_two(connection):
    with just_before("SAVEPOINT", lambda: note_call(connection.pk, OPERATION, now=NOW)):
        note_call(connection.pk, OPERATION, now=NOW)

    assert MonthlyCalls.objects.get().count == 2


def test_an_operation_without_a_limit_is_not_counted(connection):
    note_call(connection.pk, "AddFactuur", now=NOW)

    assert not MonthlyCalls.objects.exists()

"""The posted selection of registrations."""

import pytest
from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict

from registrations.overview.selection import Selection
from tests import factories

pytestmark = pytest.mark.django_db


def test_ids_are_read_by_kind_once_each():
    posted = QueryDict("time_entry=1&time_entry=2&time_entry=1&expense=3&trip=4")

    assert Selection.parsed(posted) == Selection((1, 2), (3,), (4,))


def test_the_names_of_the_tick_boxes_are_read_too():
    assert Selection.parsed(QueryDict("hours=1&expenses=3&trips=4")) == Selection((1,), (3,), (4,))


@pytest.mark.parametrize("value", ["x", "-1", "1 or 1=1", "", "9" * 30, "²"])
def test_what_is_no_id_is_refused(value):
    posted = QueryDict(mutable=True)
    posted["trip"] = value

    with pytest.raises(SuspiciousOperation):
        Selection.parsed(posted)


def test_a_selection_is_posted_again_as_it_was():
    fields = Selection((1, 2), (3,), (4,)).fields()

    assert fields == [("time_entry", 1), ("time_entry", 2), ("expense", 3), ("trip", 4)]


def test_an_empty_selection_is_false():
    assert not Selection()
    assert len(Selection((1, 2), (), (4,))) == 3


def test_rows_of_others_are_skipped(office):
    own = factories.create_time_entry(project=office.project, task=office.task)
    foreign = factories.create_time_entry()

    rows = Selection(time_entries=(own.pk, foreign.pk)).rows_of(office.organisation)

    assert list(rows.time_entries) == [own]
    assert rows.count() == 1


def test_rows_come_with_what_they_are_about(office, django_assert_num_queries):
    line = factories.create_invoice_line(project=office.project)
    about = {"project": office.project, "membership": office.employee}
    billed = {"invoice_line": line, "status": "invoiced"}
    selection = Selection(
        (factories.create_time_entry(task=office.task, **about, **billed).pk,),
        (factories.create_expense(**about).pk,),
        (factories.create_trip(**about, vehicle=office.vehicle).pk,),
    )

    with django_assert_num_queries(3):
        rows = [row for some in selection.rows_of(office.organisation) for row in some]
        texts = [f"{row.project.customer} {row.membership} {row.invoice_line}" for row in rows]

    assert len(texts) == 3

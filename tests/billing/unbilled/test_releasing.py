"""What a credit invoice remembers of the rows that it takes off their lines."""

import pytest

from billing.models import CreditedRow
from billing.unbilled.releasing import name_rows
from registrations.models import Status
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_distance_from_before_tenths_is_the_same_distance_now():
    project = factories.create_project()
    line, credit = (factories.create_invoice_line(project=project) for _ in range(2))
    for distance in ("104.0", "12.5"):
        factories.create_trip(
            project=project, invoice_line=line, status=Status.INVOICED, distance=distance
        )

    name_rows({line.pk: credit})

    # "104" is what the rows of credits made with whole kilometres have.
    assert {row.was["distance"] for row in CreditedRow.objects.all()} == {"104", "12.5"}

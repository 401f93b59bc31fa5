"""Numbers that are in use elsewhere are not given again, and other numbers say nothing."""

import pytest
from django.db import transaction

from billing.models import Invoice, NumberSeries, Origin
from billing.numbering import next_number, preview_number, skip_numbers
from tests import factories

pytestmark = pytest.mark.django_db


def test_only_numbers_of_our_series_raise_a_series():
    organisation = factories.create_organisation()

    skip_numbers(organisation, ["2026-0007", "2026-0003", "ELSE2026-0900", "by hand", ""])

    series = NumberSeries.objects.get()
    assert (series.prefix, series.year, series.last) == ("", 2026, 7)


def test_a_new_series_goes_on_after_the_invoices_that_have_its_numbers():
    project = factories.create_project()
    organisation = project.organisation
    for number in ("2025-0007", "2025-0041", "AB2025-0099", "2024-0050", "by hand"):
        line = factories.create_invoice_line(project=project)
        Invoice.objects.filter(pk=line.invoice_id).update(number=number, status="final")

    assert preview_number(organisation, prefix="", year=2025) == "2025-0042"
    with transaction.atomic():
        assert next_number(organisation, Origin.HERE, year=2025) == "2025-0042"
        assert next_number(organisation, Origin.HERE, year=2025) == "2025-0043"

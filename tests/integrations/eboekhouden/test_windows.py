"""A period is read completely, or the incomplete days are returned."""

import datetime
from dataclasses import replace

import pytest

from integrations.eboekhouden import windows

from .samples import DAY, invoice, relation, sales_entry

WEEK = {"since": DAY, "until": DAY + datetime.timedelta(days=6)}
FEW = 3


@pytest.fixture
def filled(eboekhouden, service):
    """Two documents of each kind on every day of a week; an answer has room for three."""
    eboekhouden.most_entries = eboekhouden.most_invoices = FEW
    service.switches.change({"entries_cap": FEW, "invoices_cap": FEW})
    eboekhouden.add_relation(relation())
    for number in range(14):
        day = DAY + datetime.timedelta(days=number // 2)
        eboekhouden.add_invoice(replace(invoice(), number=f"I-{number}", date=day))
        eboekhouden.add_sales_entry(replace(sales_entry(), number=f"E-{number}", date=day))
    return eboekhouden


def test_invoices_beyond_the_cap_are_read_in_parts(filled):
    asked = []

    window = windows.invoices_between(filled, **WEEK, before=lambda: asked.append(1))

    assert sorted(one.number for one in window.rows) == sorted(f"I-{n}" for n in range(14))
    assert window.full_days == ()
    assert len(asked) == filled.calls["GetFacturen"] == 13


def test_entries_beyond_the_cap_are_read_in_parts(filled):
    window = windows.entries_between(filled, **WEEK, before=lambda: None)

    numbers = [one.invoice_number for one in window.rows]
    assert numbers == [f"E-{n}" for n in range(14)]
    assert window.full_days == ()


def test_a_day_that_does_not_fit_is_named(filled):
    crowded = DAY + datetime.timedelta(days=4)
    filled.add_invoice(replace(invoice(), number="I-99", date=crowded))
    filled.add_sales_entry(replace(sales_entry(), number="E-99", date=crowded))

    for read in (windows.invoices_between, windows.entries_between):
        window = read(filled, **WEEK, before=lambda: None)

        assert window.full_days == (crowded,)
        assert len(window.rows) >= 12


def test_nothing_is_asked_once_it_may_not_be(filled):
    def stop():
        raise LookupError

    with pytest.raises(LookupError):
        windows.entries_between(filled, **WEEK, before=stop)

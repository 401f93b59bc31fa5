"""Parts of a page: their figures, texts and labels for screen readers."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.utils import translation

from lib.form_fields import DayField
from ui.tags import formats

pytestmark = pytest.mark.once


class PriceForm(forms.Form):
    price = forms.DecimalField(help_text="Excl. VAT")
    date = DayField()
    lines = forms.ChoiceField(choices=[("task", "By task"), ("day", "By day")])
    billable = forms.BooleanField(required=False)
    status = forms.MultipleChoiceField(
        label="Status", choices=[("open", "open"), ("sent", "sent"), ("paid", "paid")]
    )


def drawn(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "dutch", "english"),
    [
        (Decimal("1003.75"), "1.003,75", "1,003.75"),
        (Decimal("-0.5"), "−0,50", "−0.50"),
        (Decimal("0.125"), "0,13", "0.13"),
        (1234567, "1.234.567,00", "1,234,567.00"),
        (0, "0,00", "0.00"),
        (None, "—", "—"),
    ],
)
def test_amounts_are_written_as_the_reader_does(value, dutch, english):
    with translation.override("nl"):
        assert formats.money(value) == dutch
    with translation.override("en"):
        assert formats.money(value) == english


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ value|euro }}", "€\u00a01,003.75"),
        ("{{ minutes|duration }}", "10:45"),
        ("{{ none|duration }}", "—"),
        ("{{ day|day }}", "20-11-2026"),
        ("{{ at|moment }}", "20-11-2026 00:30"),
        ("{{ at|clock }}", "00:30"),
        ("{{ rate|percentage }}", "5.5%"),
        ("{{ whole|percentage }}", "20%"),
        ("{{ name|initials }}", "SV"),
    ],
)
def test_other_figures(source, text):
    context = {
        "value": Decimal("1003.75"),
        "minutes": 645,
        "none": None,
        "day": date(2026, 11, 20),
        "at": datetime(2026, 11, 19, 23, 30, tzinfo=UTC),
        "rate": Decimal("5.50"),
        "whole": Decimal("20.00"),
        "name": "Sanne de Vries",
    }

    assert drawn(source, **context) == text


def test_a_field_ties_its_help_and_its_error_to_its_input():
    form = PriceForm({"price": "a lot"})

    page = drawn("{% money_field form.price %}", form=form)

    assert 'aria-describedby="id_price_helptext id_price_error"' in page
    assert 'id="id_price_helptext"' in page
    assert 'id="id_price_error"' in page
    assert 'aria-invalid="true"' in page
    assert "€" in page


def test_a_date_is_typed_in_one_order_or_chosen_in_a_calendar():
    form = PriceForm(initial={"date": date(2026, 11, 22)})

    with translation.override("nl"):
        page = drawn("{% field form.date %}", form=form)

    assert 'value="22-11-2026"' in page
    assert "data-day-open" in page
    assert 'id="id_date_day"' in page


def test_choices_can_stand_side_by_side_as_radio_buttons():
    form = PriceForm(initial={"lines": "day"})

    page = drawn('{% field form.lines kind="segments" %}', form=form)

    assert page.count('type="radio"') == 2
    assert page.count(" checked") == 1
    assert "<legend>Lines</legend>" in page


def test_the_errors_of_a_form_lead_to_its_fields():
    page = drawn("{% form_errors form %}", form=PriceForm({}))

    assert '<a href="#id_price">Price</a>' in page


def test_a_tag_gets_the_colour_of_its_kind_and_escapes_its_words():
    page = drawn('{% tag "rejected" label %}{% tag kind %}open{% endtag %}', label="<b>", kind="x")

    assert '<span class="tag tag-red">&lt;b&gt;</span>' in page
    assert '<span class="tag tag-plain">open</span>' in page


def test_attributes_of_a_button_are_escaped():
    page = drawn('{% button "Go" hx_get=url disabled=True data_x=None %}', url='/"><script>')

    assert 'hx-get="/&quot;&gt;&lt;script&gt;" disabled>' in page
    assert "data-x" not in page


def test_a_chip_says_what_is_chosen_and_how_much_more():
    form = PriceForm({"status": ["sent", "paid"]})

    page = drawn("{% filter_chip form.status %}", form=form)

    assert "Status: sent + 1" in page
    assert page.count(" checked") == 2


def test_a_chip_without_a_choice_is_just_its_name():
    page = drawn("{% filter_chip form.status %}", form=PriceForm({}))

    assert '<span class="chip-text">Status</span>' in page
    assert "chip-on" not in page


@pytest.mark.parametrize(
    ("asked", "direction", "following"),
    [
        ({}, "descending", "order=date"),
        ({"order": "date"}, "ascending", "order=-date"),
        ({"order": "customer"}, "", "order=date"),
    ],
)
def test_sorting_turns_round_and_keeps_the_filters(rf, asked, direction, following):
    request = rf.get("/", {"status": ["open", "sent"], "page": "4", **asked})

    page = drawn('{% sort_header "Date" "date" default="-date" %}', request=request)

    assert f'href="?status=open&amp;status=sent&amp;{following}"' in page
    assert (f'aria-sort="{direction}"' in page) is bool(direction)


def test_turning_pages_keeps_the_filters(rf):
    request = rf.get("/", {"q": "x", "page": "2"})

    page = drawn("{% pagination page %}", request=request, page=Paginator(range(120), 50).page(2))

    assert "51–100 of 120 results" in page
    assert 'href="?q=x&amp;page=3"' in page
    assert 'name="q" value="x"' in page


def test_progress_needs_no_style_in_the_page():
    page = drawn('{% progress 15 "12 of 15" green=12 amber=2 red=1 %}')

    assert '<rect class="red" x="14" width="1">' in page
    assert "style" not in page


def test_progress_of_nothing_is_an_empty_bar():
    assert 'viewBox="0 0 1 1"' in drawn('{% progress 0 "Nothing yet" %}')

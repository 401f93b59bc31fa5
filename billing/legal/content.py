"""The content of the invoice: dates, lines, amounts."""

import datetime
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from customers.payment_terms import BUSINESS_DAYS
from lib.formats import day
from lib.money import net_amount
from vat.boxes import box_of
from vat.totals import VatTotal, totals

from .findings import Finding, Place, Severity, Where
from .view import Document

DRAFT = Place(Where.DRAFT)
DATE = Place(Where.DRAFT, "date")
# Art. 34g of the Act: issued on the 15th of the month after the supply at the latest.
LAST_DAY = 15
GOVERNMENT_DAYS = 30


def there_are_lines(document: Document) -> Iterator[Finding]:
    """An invoice has lines: BR-16 of EN 16931."""
    if not document.lines:
        yield Finding(_("The invoice has no lines."), DRAFT)


def lines_say_what(document: Document) -> Iterator[Finding]:
    """A line states the nature of the supply: art. 226(6) of the Directive; BR-25."""
    for line in document.lines:
        if not line.description.strip():
            text = _("Line %(position)d has no description. Enter what was supplied.")
            yield Finding(text % {"position": line.position}, DRAFT)


def lines_say_how_much(document: Document) -> Iterator[Finding]:
    """A line states the quantity supplied: art. 226(6) of the Directive; BR-22."""
    for line in document.lines:
        if not line.quantity:
            text = _("Line %(position)d has quantity 0. Enter the quantity or remove the line.")
            yield Finding(text % {"position": line.position}, DRAFT, Severity.WARNING)


def figures_add_up(document: Document) -> Iterator[Finding]:
    """Unit prices, discounts, taxable amounts and VAT per rate add up to the cent.

    Art. 226(8) to (10) of the Directive; BR-CO-10 to BR-CO-15. The last credit of an invoice takes
    back exactly the rest of its VAT, so its total may differ from its lines by a cent.
    """
    for line in document.lines:
        if line.net != net_amount(line.quantity, line.price, line.discount):
            text = _("Line %(position)d: quantity × price less discount does not equal the amount.")
            yield Finding(text % {"position": line.position}, DRAFT)
    sums = totals(document.lines, discount=document.discount)
    if not document.is_credit and (sums.net, sums.vat, sums.gross) != (
        document.net,
        document.vat,
        document.gross,
    ):
        text = _("The lines do not add up to the total. Edit the draft and save it.")
        yield Finding(text, DRAFT)


def rates_hold_on_the_day(document: Document) -> Iterator[Finding]:
    """A rate is valid on the day of supply: art. 13(1) of the Act. A credit keeps its rates."""
    if document.is_credit:
        return
    first, last = document.period
    for line in document.lines_by_rate():
        rate = line.vat_rate
        starts, ends = rate.valid_from or first, rate.valid_until or last
        if ends < first or starts > last:
            text = _("VAT rate %(rate)s is not valid on the date of supply.")
            yield Finding(text % {"rate": rate.name}, DRAFT)


def it_says_when_it_was_supplied(document: Document) -> Iterator[Finding]:
    """An invoice states the date of supply: art. 226(7) of the Directive, 35a(1)(g) of the Act.

    Registrations bring their dates; an invoice made by hand has only those that were typed.
    """
    if document.lines and not document.supplied and not document.is_credit:
        text = _(
            "It does not say when this was supplied. Enter the period of supply; without it the "
            "invoice date counts."
        )
        yield Finding(text, Place(Where.DRAFT, "supplied_from"), Severity.WARNING)


def it_is_payable_in_time(document: Document) -> Iterator[Finding]:
    """A business pays within 60 days, a government body within 30: art. 6:119a and 119b BW."""
    customer, days = document.addressee, document.payment_term
    if document.gross <= 0 or not customer.is_business:
        return
    names = {"days": days}
    if customer.is_government and days > GOVERNMENT_DAYS:
        text = _(
            "The payment term is %(days)d days. A government body pays within 30 days "
            "(art. 6:119b of the Civil Code)."
        )
    elif days > BUSINESS_DAYS:
        text = _(
            "The payment term is %(days)d days. More than 60 days is only valid if both agreed to "
            "it and it is fair; a large company must pay a smaller one within 30 days "
            "(art. 6:119a of the Civil Code)."
        )
    else:
        return
    yield Finding(text % names, Place(Where.DRAFT, "payment_term"), Severity.WARNING)


def it_is_in_time(document: Document) -> Iterator[Finding]:
    """An invoice is issued by the 15th of the month after the supply.

    Art. 34g of the Act, 222 of the Directive.
    """
    _first, last = document.period
    issued = max(document.date, document.today)
    # A future supply is never late. This also avoids a date after the last possible month.
    if document.is_credit or last >= issued:
        return
    month_after = (last.replace(day=1) + datetime.timedelta(days=32)).replace(day=LAST_DAY)
    if issued > month_after:
        text = _("Late: what was supplied up to %(last)s had to be billed by %(day)s.")
        names = {"last": day(last), "day": day(month_after)}
        yield Finding(text % names, DRAFT, Severity.WARNING)


def it_has_todays_date(document: Document) -> Iterator[Finding]:
    """The invoice date is that of its issue: art. 226(1) of the Directive."""
    yield from date_findings(document.date, today=document.today)


def date_findings(date: datetime.date, *, today: datetime.date) -> Iterator[Finding]:
    """Refuse a date after tomorrow, and warn of tomorrow."""
    days = (date - today).days
    if days == 1:
        text = _("The invoice date %(day)s is in the future.")
        yield Finding(text % {"day": day(date)}, DATE, Severity.WARNING)
    elif days > 1:
        text = _(
            "The invoice date %(day)s is in the future. Make the invoice on that day, or choose "
            "today."
        )
        yield Finding(text % {"day": day(date)}, DATE)


def its_period_is_open(document: Document) -> Iterator[Finding]:
    """The books are not closed on the invoice date."""
    if document.why_closed:
        yield Finding(document.why_closed, DATE)


def its_return_is_not_filed(document: Document) -> Iterator[Finding]:
    """VAT that belongs in a filed return is corrected: art. 10a of the General Taxes Act.

    A return is due a month after its quarter (art. 10 and 19). Then it may have been filed without
    being marked here. What is in no box of the return changes none.
    """
    text = why_corrected(document.date, filed=document.filed, today=document.today)
    if text and document.is_in_return:
        yield Finding(text, DATE, Severity.WARNING)


def why_corrected(date: datetime.date, *, filed: str, today: datetime.date) -> str:
    """Say that an invoice of this date corrects a return; `filed` as in `Document`."""
    if filed:
        text = _(
            "The VAT return of %(period)s is marked as filed, and this invoice changes it. Correct "
            "it in a supplementary return; up to € 1,000 of VAT a year may go into a later return."
        )
        return text % {"period": filed}
    quarter = (date.month - 1) // 3
    year, month = divmod(date.year * 12 + quarter * 3 + 4, 12)
    due = datetime.date(year, month + 1, 1) - datetime.timedelta(days=1)
    text = _(
        "The VAT return over the quarter of %(day)s was due on %(due)s. If you have filed it, "
        "this invoice needs a supplementary return."
    )
    return text % {"day": day(date), "due": day(due)} if today > due else ""


def why_totals_corrected(
    rates: Iterable[VatTotal], date: datetime.date, *, filed: str, today: datetime.date
) -> str:
    """Say the same of an invoice with these totals; nothing if none is in a box of the return."""
    is_in_return = any(box_of(rate.treatment, rate.percentage) for rate in rates)
    return why_corrected(date, filed=filed, today=today) if is_in_return else ""


def dates_follow_numbers(document: Document) -> Iterator[Finding]:
    """Numbers and dates have the same order, so the series is consecutive: art. 226(2)."""
    if document.latest and document.date < document.latest:
        text = _(
            "The date is before the last invoice (%(day)s), so numbers and dates are not in the "
            "same order."
        )
        yield Finding(text % {"day": day(document.latest)}, DRAFT, Severity.WARNING)


def a_credit_names_its_invoice(document: Document) -> Iterator[Finding]:
    """A credit invoice refers to its invoice: art. 219 of the Directive; NL-R-001."""
    if document.gross < 0 and not document.is_credit:
        text = _(
            "The total is negative, but no invoice to credit is named. Create a credit invoice."
        )
        yield Finding(text, DRAFT, Severity.WARNING)

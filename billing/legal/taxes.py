"""The VAT of the invoice: consistent, and allowed for the customer."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from lib.money import ZERO
from vat.eligibility import unusual, unusual_for_private, why_not_country, why_not_private
from vat.treatments import TREATMENTS, VatTreatment, rate_label

from .findings import Finding, Place, Severity, Where
from .view import Document, Supply

CUSTOMERS_RATE = Place(Where.CUSTOMER, "vat_rate")


def untaxed_is_untaxed(document: Document) -> Iterator[Finding]:
    """An exempt or reverse-charged supply has 0% VAT: BR-AE-05, BR-IC-05, BR-G-05, BR-E-05."""
    for line in document.lines_by_rate():
        if line.vat_percentage and TREATMENTS[line.vat_treatment].is_untaxed:
            text = _("The VAT rate %(rate)s must be 0%% because of its treatment.")
            yield Finding(text % {"rate": line.vat_rate.name}, _rate(line.vat_rate.pk))


def rates_have_not_changed(document: Document) -> Iterator[Finding]:
    """A line keeps the VAT that its rate had, until its draft is saved; a credit keeps it for good.

    The draft is not changed by itself: somebody may have agreed on its total.
    """
    if document.is_credit:
        return
    differing = {
        line.vat_rate.pk: line
        for line in reversed(document.lines)
        if (line.vat_percentage, line.vat_treatment)
        != (line.vat_rate.percentage, line.vat_rate.treatment)
    }
    for line in differing.values():
        rate = line.vat_rate
        text = _(
            "VAT rate %(rate)s is now %(now)s, and this draft still has %(before)s. Edit and save "
            "the draft to take the change over."
        )
        now = rate_label(rate.treatment, rate.percentage)
        names = {"rate": rate.name, "now": now, "before": line.rate_label}
        yield Finding(text % names, Place(Where.DRAFT), Severity.WARNING)


def rates_have_codes(document: Document) -> Iterator[Finding]:
    """A rate has a VAT code while e-Boekhouden is connected: without it nothing can be booked."""
    if not document.will_be_booked:
        return
    for line in document.lines_by_rate():
        if not line.vat_code:
            text = _("The VAT rate %(rate)s has no code in e-Boekhouden.")
            yield Finding(text % {"rate": line.vat_rate.name}, _rate(line.vat_rate.pk))


def country_goes_with_treatment(supply: Supply) -> Iterator[Finding]:
    """The country of the customer matches the treatment: another EU country, or outside the EU.

    Art. 138, 44 and 146 of the Directive; BR-IC-12.
    """
    for treatment in sorted(supply.treatments):
        if text := why_not_country(treatment, supply.addressee.where):
            yield Finding(text, CUSTOMERS_RATE)


def who_pays_the_vat_is_a_business(supply: Supply) -> Iterator[Finding]:
    """A reverse charge is for businesses only: art. 12(5) of the Act, 196 of the Directive."""
    is_business = supply.addressee.is_business
    reasons = {why_not_private(one, is_business=is_business) for one in supply.treatments}
    for text in reasons - {""}:
        yield Finding(text, CUSTOMERS_RATE)


def abroad_has_the_vat_of_abroad(supply: Supply) -> Iterator[Finding]:
    """Dutch VAT for a business abroad is rarely right: art. 44, 138 and 146 of the Directive."""
    customer = supply.addressee
    highest = max((line.vat_percentage for line in supply.lines), default=ZERO)
    text = unusual(highest, place=customer.where, is_business=customer.is_business)
    if text:
        yield Finding(text, CUSTOMERS_RATE, Severity.WARNING)


def services_abroad_are_for_businesses(supply: Supply) -> Iterator[Finding]:
    """Few services to a private person are supplied outside the EU: art. 6i of the Act."""
    for treatment in sorted(supply.treatments):
        if text := unusual_for_private(treatment, is_business=supply.addressee.is_business):
            yield Finding(text, CUSTOMERS_RATE, Severity.WARNING)


def small_businesses_charge_no_vat(supply: Supply) -> Iterator[Finding]:
    """The small-business scheme charges no VAT: art. 25 of the Act.

    VAT that is printed on an invoice must be paid (art. 37).
    """
    is_taxed = any(line.vat_percentage for line in supply.lines)
    if is_taxed and VatTreatment.SMALL_BUSINESS in supply.treatments:
        text = _("With the small-business scheme (KOR) no line may have VAT.")
        yield Finding(text, Place(Where.DRAFT))


def small_businesses_rarely_charge_vat(document: Document) -> Iterator[Finding]:
    """Who uses the scheme by default has VAT on old supplies only: art. 25 and 37 of the Act.

    A task or a category can have a taxed rate of its own, which nobody changed.
    """
    is_mixed = VatTreatment.SMALL_BUSINESS in document.treatments  # an error of its own
    is_taxed = any(line.vat_percentage for line in document.lines)
    if is_taxed and document.is_small_business and not is_mixed and not document.is_credit:
        text = _(
            "Your default VAT rate is that of the small-business scheme (KOR), and this invoice "
            "has VAT, which must then be paid. Check the rate of the task, category or customer."
        )
        yield Finding(text, Place(Where.DRAFT), Severity.WARNING)


def _rate(pk: int) -> Place:
    return Place(Where.VAT_RATE, "code", pk)

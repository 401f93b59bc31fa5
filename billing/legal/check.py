"""All rules, and checking an invoice by them."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from . import books, content, parties, taxes
from .findings import Finding, Findings
from .view import Document

Rule = Callable[[Document], Iterable[Finding]]
Subject = TypeVar("Subject")

# In the order in which a user fixes them: settings of the organisation, the customer, the invoice.
RULES: tuple[Rule, ...] = (
    parties.issuer_is_complete,
    parties.issuer_has_vat_number,
    parties.issuer_has_coc_number,
    parties.issuer_can_be_paid,
    parties.addressee_is_complete,
    parties.addressee_has_vat_number,
    taxes.who_pays_the_vat_is_a_business,
    taxes.country_goes_with_treatment,
    taxes.abroad_has_the_vat_of_abroad,
    taxes.services_abroad_are_for_businesses,
    taxes.untaxed_is_untaxed,
    taxes.small_businesses_charge_no_vat,
    taxes.small_businesses_rarely_charge_vat,
    taxes.rates_have_not_changed,
    taxes.rates_have_codes,
    content.there_are_lines,
    content.lines_say_what,
    content.lines_say_how_much,
    content.figures_add_up,
    content.rates_hold_on_the_day,
    content.it_says_when_it_was_supplied,
    content.it_is_payable_in_time,
    content.it_is_in_time,
    content.its_period_is_open,
    content.it_has_todays_date,
    content.its_return_is_not_filed,
    content.dates_follow_numbers,
    content.a_credit_names_its_invoice,
    books.at_most_a_hundred_lines,
)


def check(document: Document) -> Findings:
    """Return the findings of all rules; sentences are in the reader's language."""
    return apply_rules(RULES, document)


def apply_rules(
    rules: Iterable[Callable[[Subject], Iterable[Finding]]], subject: Subject
) -> Findings:
    """Return the findings of these rules, in their order."""
    return Findings(tuple(finding for rule in rules for finding in rule(subject)))

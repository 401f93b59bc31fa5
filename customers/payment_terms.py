"""Payment terms that the law limits between businesses, and the question that a form asks.

Article 6:119a of the Dutch Civil Code (BW): more than 60 days must be agreed expressly and be fair
to the creditor (paragraph 5); a large company may not agree more than 30 days with a small or
medium-sized creditor (paragraph 6, as of 1 July 2022). The size of a company is not known here, so
a longer term is asked about and never refused.
"""

from django.utils.translation import gettext as _

LARGE_COMPANY_DAYS, BUSINESS_DAYS = 30, 60
# What the program stores at most; more is an error, not a question.
MOST_DAYS = 365


def question_about_term(days: int | None, *, is_business: bool) -> str:
    """Return what to ask about a payment term in days, or "" if the law sets no limit to it."""
    if days is None or not is_business or not LARGE_COMPANY_DAYS < days <= MOST_DAYS:
        return ""
    if days <= BUSINESS_DAYS:
        text = _(
            "A large company must pay a smaller one within 30 days (article 6:119a BW). "
            "Is %(days)d days right?"
        )
    else:
        text = _(
            "Between businesses more than 60 days is only valid if both agreed to it and it is "
            "fair. A large company must pay a smaller one within 30 days (article 6:119a BW). "
            "Is %(days)d days right?"
        )
    return text % {"days": days}

"""The limits of e-Boekhouden on an invoice."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from integrations.eboekhouden.facts import limits

from .findings import Finding, Place, Where
from .view import Document


def at_most_a_hundred_lines(document: Document) -> Iterator[Finding]:
    """A document has 1 to 100 lines: the manual of the service.

    An invoice created here is booked as a sales entry, whose lines are added up.
    """
    if document.is_made_in_eboekhouden:
        count = len(document.lines)
    elif document.will_be_booked:
        added_up = {
            (line.ledger_account, line.cost_centre_id, line.vat_code) for line in document.lines
        }
        count = len(added_up)
    else:
        return
    if count > limits.MAX_LINES:
        text = _("%(count)d lines: e-Boekhouden accepts at most %(max)d. Choose another grouping.")
        names = {"count": count, "max": limits.MAX_LINES}
        yield Finding(text % names, Place(Where.DRAFT))

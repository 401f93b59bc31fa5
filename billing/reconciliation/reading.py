"""Read from e-Boekhouden what a check compares: a period, and single numbers.

Only reads. What could not be read completely is a gap, which never counts as absence.
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.eboekhouden.client import EBoekhouden
from integrations.eboekhouden.errors import OutcomeUnknown, Refused
from integrations.eboekhouden.facts.codes import CodeClass
from integrations.eboekhouden.windows import entries_between, invoices_between
from lib.formats import day

from ..models import ReconciliationPart
from .documents import DocumentKind, LocalDocument, RemoteDocument, remote_entry, remote_invoice

# The maximum per check; the rest is looked up at a later check.
MAX_LOOK_UPS = 100
MAX_DAYS_NAMED = 5


class NoCallsLeft(Exception):
    """The calls for entries that checks may use this month are used up."""


@dataclass
class Reader:
    """The calls of one check.

    `heartbeat` is called before each call, and may raise to end the check.
    """

    client: EBoekhouden
    heartbeat: Callable[[ReconciliationPart], None]
    calls_left: int
    documents: list[RemoteDocument] = field(default_factory=list)
    absent: set[tuple[int, DocumentKind]] = field(default_factory=set)
    gaps: list[str] = field(default_factory=list)

    def read(self, since: datetime.date, until: datetime.date) -> None:
        """Read the documents dated in these days, both included."""
        invoices = invoices_between(
            self.client,
            since=since,
            until=until,
            before=lambda: self.heartbeat(ReconciliationPart.INVOICES),
        )
        self.documents += map(remote_invoice, invoices.rows)
        full_days = set(invoices.full_days)
        try:
            entries = entries_between(
                self.client, since=since, until=until, before=self._before_entries
            )
        except (NoCallsLeft, Refused) as error:
            self._no_calls(error)
        else:
            self.documents += filter(None, map(remote_entry, entries.rows))
            full_days |= set(entries.full_days)
        if full_days:
            self.gaps.append(_too_full(sorted(full_days)))

    def look_up(self, missing: Sequence[tuple[LocalDocument, DocumentKind]]) -> None:
        """Look up each booking by its number, with any date."""
        if len(missing) > MAX_LOOK_UPS:
            self.gaps.append(_too_many(len(missing) - MAX_LOOK_UPS))
        for local, kind in missing[:MAX_LOOK_UPS]:
            try:
                found = self._find(local.number, kind)
            except (NoCallsLeft, Refused) as error:
                self._no_calls(error)
                return
            except OutcomeUnknown as error:
                if error.reason != "row-cap":
                    raise
                self.gaps.append(_too_often(local.number))
                continue
            self.documents += found
            if not found:
                self.absent.add((local.booking_id, kind))

    def _find(self, number: str, kind: DocumentKind) -> list[RemoteDocument]:
        if kind is DocumentKind.INVOICE:
            self.heartbeat(ReconciliationPart.NUMBERS)
            return [remote_invoice(invoice) for invoice in self.client.find_invoice(number)]
        self._spend(ReconciliationPart.NUMBERS)
        entries = (remote_entry(one) for one in self.client.find_entry(number))
        return [one for one in entries if one]

    def _before_entries(self) -> None:
        self._spend(ReconciliationPart.ENTRIES)

    def _spend(self, part: ReconciliationPart) -> None:
        if self.calls_left <= 0:
            raise NoCallsLeft
        self.calls_left -= 1
        self.heartbeat(part)

    def _no_calls(self, error: NoCallsLeft | Refused) -> None:
        """Add a gap if the quota is used up; raise any other refusal, which ends the check."""
        if isinstance(error, Refused) and error.code_class is not CodeClass.QUOTA:
            raise error
        text = _(
            "The ledger was only partly checked: e-Boekhouden allows 5,000 requests for entries "
            "per month. The remaining requests are reserved for looking up bookings."
        )
        if text not in self.gaps:
            self.gaps.append(text)


def _too_full(days: Sequence[datetime.date]) -> str:
    named = ", ".join(map(day, days[:MAX_DAYS_NAMED]))
    more = len(days) - MAX_DAYS_NAMED
    days_text = f"{named} + {more}" if more > 0 else named
    return _(
        "There are more entries on one day than e-Boekhouden returns in one answer. Only partly "
        "checked: %(days)s."
    ) % {"days": days_text}


def _too_many(count: int) -> str:
    return ngettext(
        "%(count)s more document was not found in the period and is looked up at the next check.",
        "%(count)s more documents were not found in the period and are looked up at the next"
        " check.",
        count,
    ) % {"count": count}


def _too_often(number: str) -> str:
    return _("Number %(number)s occurs too often in e-Boekhouden to be read completely.") % {
        "number": number
    }

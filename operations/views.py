"""Settings → System: how the installation is, and what the own organisation waits for.

An administrator of an organisation opens it. What it says of the installation is about no
organisation: how many bookings or mails others have is in the metrics and in `manage.py doctor`.
"""

import datetime
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_safe

from accounts.access import administrator_required
from accounts.models import Organisation
from accounts.requests import MemberRequest

from .doctor import installation as parts
from .doctor.findings import Finding, Level
from .doctor.own import own_parts
from .jobs import jobs
from .models import ProofKind
from .proofs import proofs

# The page that helps with what a line is about, and the words on its button.
PAGES = {
    "invoices": ("billing:invoice-list", gettext_lazy("Look at them")),
    "connection": ("integrations:eboekhouden", gettext_lazy("Connection")),
    "bookings": ("billing:booking-list", gettext_lazy("All bookings")),
    "books": ("billing:reconciliation", gettext_lazy("Last check")),
    "jobs": ("operations:jobs", gettext_lazy("All jobs")),
}


@require_safe
@administrator_required
def system(request: MemberRequest) -> HttpResponse:
    """Show each part in words; the page refreshes itself."""
    now = timezone.now()
    found = list(_findings(request.organisation, now=now))
    context = {
        "findings": [(one, *PAGES.get(one.about, ("", ""))) for one in found],
        "trouble": sum(one.level is Level.TROUBLE for one in found),
        "version": settings.PROGRAM_VERSION,
        "now": now,
        "is_told": bool(settings.OPERATOR_EMAIL),
    }
    return render(request, "operations/system.html", context)


@require_safe
@administrator_required
def job_list(request: MemberRequest) -> HttpResponse:
    """Show the schedule, with the latest run of each job and the next one."""
    now = timezone.now()
    return render(request, "operations/jobs.html", {"jobs": jobs(now=now), "now": now})


@require_safe
@administrator_required
def system_text(request: MemberRequest) -> HttpResponse:
    """Return the page as a text for support: in English, without names, codes and amounts."""
    now = timezone.now()
    with override("en"):
        lines = [f"{one.level:8}{one}" for one in _findings(request.organisation, now=now)]
    head = f"{now:%Y-%m-%d %H:%M:%S %Z}, version {settings.PROGRAM_VERSION}"
    text = "\n".join([head, *lines, ""])
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="system.txt"'
    return answer


def _findings(organisation: Organisation, *, now: datetime.datetime) -> Iterator[Finding]:
    broker = parts.broker_part(with_count=False)
    yield parts.worker_part() if broker.level is Level.GOOD else broker
    yield parts.beat_part(now=now)
    yield parts.jobs_part(now=now)
    yield from own_parts(organisation, now=now)
    known = proofs()
    yield parts.backup_part(known.get(ProofKind.BACKUP), now=now)
    yield parts.restore_part(known.get(ProofKind.RESTORE_TEST), now=now)
    yield parts.disk_part(with_sizes=False)
    yield parts.clock_part()

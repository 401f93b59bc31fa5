"""Remind people of a week that they have not submitted, and say whom."""

import datetime
from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.models import Membership
from accounts.requests import MemberRequest
from lib.text import fill
from lib.toasts import toast

from .. import mails


def remind(request: MemberRequest, people: Sequence[Membership], *, monday: datetime.date) -> None:
    """Mail the people, and tell the visitor who gets a mail and who had one today already."""
    week = f"{reverse('registrations:hours-week')}?{urlencode({'date': monday.isoformat()})}"
    reminded = mails.remind(
        people,
        monday=monday,
        by=request.membership,
        address=request.build_absolute_uri(week),
        now=timezone.now(),
    )
    if reminded:
        text = ngettext(
            "%(person)s has been reminded by e-mail.",
            "%(count)d people have been reminded by e-mail.",
            len(reminded),
        )
        toast(request, _filled(text, reminded))
    if before := [one for one in people if one not in reminded]:
        text = ngettext(
            "%(person)s was reminded today already.",
            "%(count)d people were reminded today already.",
            len(before),
        )
        messages.info(request, _filled(text, before))


def _filled(text: str, people: Sequence[Membership]) -> str:
    return fill(text, {"person": people[0], "count": len(people)})

"""A test e-mail: the text of the settings with example values, over the real mail server."""

import datetime

from django.utils.translation import gettext as _

from accounts.models import Organisation, User

from ..numbering import settings_of
from .letters import Letter, example_values, texts
from .sending import MailFailed, message_from, send


def send_test(organisation: Organisation, *, to: User, today: datetime.date) -> None:
    """Send the text, in the person's language, to the person. Raises MailFailed."""
    subject, body = texts(settings_of(organisation), language=to.language)
    known = example_values(organisation, language=to.language, today=today)
    letter = Letter([to.email], subject, body).filled(known)
    marked = _("Test: %(subject)s") % {"subject": letter.subject}
    message = message_from(organisation, subject=marked, body=letter.body, to=letter.to)
    reason, _refused = send(message)
    if reason:
        raise MailFailed(reason)

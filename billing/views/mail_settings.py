"""Settings → Invoices, the part about e-mail: previews, and a test e-mail."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import administrator_required
from accounts.models import Language
from accounts.requests import MemberRequest
from accounts.work_limits import limited

from ..fields import check_placeholders
from ..mailing import REASONS, Letter, MailFailed
from ..mailing.letters import example_values, texts
from ..mailing.sending import sender
from ..mailing.trial import send_test
from ..models import InvoiceSettings


@require_POST
@administrator_required
def text_preview(request: MemberRequest, language: str) -> HttpResponse:
    """Preview the typed texts of a language with example values, or show their errors."""
    if language not in Language.values:
        raise Http404
    names = (f"mail_subject_{language}", f"mail_body_{language}")
    typed = InvoiceSettings(**{name: request.POST.get(name, "") for name in names})
    context: dict[str, object] = {}
    try:
        subject, body = (check_placeholders(text) for text in texts(typed, language=language))
    except ValidationError as error:
        context["problem"] = error.messages[0]
    else:
        context["preview"] = filled_example(request, Letter((), subject, body), language=language)
    return render(request, "billing/reminders/_letter_preview.html", context)


def filled_example(request: MemberRequest, letter: Letter, *, language: str) -> Letter:
    """A text with example values of the reader's organisation."""
    today = timezone.localdate()
    return letter.filled(example_values(request.organisation, language=language, today=today))


@require_POST
@administrator_required
@limited("test mails")
def test_mail(request: MemberRequest) -> HttpResponse:
    """Send the reader a test e-mail, and show the result."""
    try:
        send_test(request.organisation, to=request.user, today=timezone.localdate())
    except MailFailed as failure:
        messages.error(request, REASONS[failure.reason])
    else:
        names = {"to": request.user.email, "sender": sender(request.organisation)}
        text = _("A test e-mail is being sent to %(to)s, from %(sender)s.")
        messages.success(request, text % names)
    return redirect("billing:invoice-settings")

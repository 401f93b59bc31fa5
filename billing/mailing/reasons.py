"""Reasons why an e-mail was not sent, and what to do, by the answer of the mail server.

The codes are those of RFC 5321: 4xx may be tried again later, 5xx is final; 530 and 538 ask for
encryption or a login first (RFC 3207, RFC 4954), 552 says that it is too large.
"""

import ssl
from smtplib import (
    SMTPAuthenticationError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from django.utils.translation import gettext_lazy

REASONS = {
    "recipients": gettext_lazy("The mail server refused the address. Correct it and send again."),
    "login": gettext_lazy(
        "The mail server refused our login. Ask your system administrator to correct it."
    ),
    "encryption": gettext_lazy(
        "No encrypted connection could be made with the mail server. Ask your system "
        "administrator to correct EMAIL_URL."
    ),
    "unreachable": gettext_lazy("The mail server cannot be reached. Try again in a few minutes."),
    "later": gettext_lazy(
        "The mail server asked us to try later. The e-mail was not sent. Send it again in fifteen "
        "minutes."
    ),
    "too-large": gettext_lazy(
        "The mail server refused the e-mail because it is too large. Remove attachments and send "
        "again."
    ),
    "attachment": gettext_lazy(
        "An attachment cannot be read, so the e-mail was not sent. Remove it and send again."
    ),
    "refused": gettext_lazy(
        "The mail server refused the e-mail. Ask your system administrator to look into it."
    ),
    "unclear": gettext_lazy(
        "The mail server gave no clear answer; the e-mail may have been sent. Ask the customer "
        "before you send it again."
    ),
    "interrupted": gettext_lazy(
        "Sending was interrupted; the e-mail may have been sent. Ask the customer before you send "
        "it again."
    ),
}
# After one of these the next e-mail, to whomever it is, would fail in the same way.
HOPELESS = ("login", "encryption", "unreachable", "unclear")
# After these errors it may have been sent, so it is never sent again automatically.
IN_DOUBT = ("unclear", "interrupted")
# Includes the errors of smtplib.
FAILURES = (OSError,)


def reason_before(error: Exception) -> str:
    """Return why the mail server could not be reached; nothing was sent."""
    match error:
        case ssl.SSLError() | SMTPNotSupportedError():
            return "encryption"
        case SMTPResponseException() if error.smtp_code > 0:
            return _reason_of_answer(error)
    return "unreachable"


def reason_of(error: Exception) -> str:
    """Return a name of REASONS; one of IN_DOUBT if the e-mail may have been sent."""
    match error:
        case SMTPRecipientsRefused():
            codes = [code for code, _text in error.recipients.values()]
            return "later" if codes and all(map(_is_passing, codes)) else "recipients"
        case SMTPNotSupportedError():
            return "encryption"
        case SMTPResponseException():
            return _reason_of_answer(error)
        case ConnectionRefusedError():
            return "unreachable"
        case SMTPServerDisconnected() | OSError():
            return "unclear"
    return "refused"


def _reason_of_answer(error: SMTPResponseException) -> str:
    """Return the meaning of a clear answer with a code."""
    if _is_passing(error.smtp_code):
        return "later"
    if error.smtp_code in (530, 538) and "TLS" in _text(error):
        return "encryption"
    if error.smtp_code == 530 or isinstance(error, SMTPAuthenticationError):
        return "login"
    return "too-large" if error.smtp_code == 552 else "refused"


def _is_passing(code: int) -> bool:
    return 400 <= code < 500


def _text(error: SMTPResponseException) -> str:
    answer = error.smtp_error
    return (answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)).upper()

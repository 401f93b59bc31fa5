"""Django's SMTP backend, which also keeps the addresses that the server refused.

Of several addresses a server may refuse some and deliver to the others; smtplib reports these, and
Django forgets them.
"""

import smtplib
from typing import Any

from django.core.mail.backends import smtp


class _Telling:
    """A mixin that keeps the refused addresses that smtplib's sendmail returns."""

    refused: tuple[str, ...] = ()

    def sendmail(self, *args: Any, **kwargs: Any) -> dict[str, tuple[int, bytes]]:
        refused = super().sendmail(*args, **kwargs)  # type: ignore[misc]
        self.refused = tuple(refused)
        return dict(refused)


class _Plain(_Telling, smtplib.SMTP):
    pass


class _Encrypted(_Telling, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """An SMTP backend whose `refused` has the refused addresses of the last e-mail."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Encrypted if self.use_ssl else _Plain

    @property
    def refused(self) -> tuple[str, ...]:
        return getattr(self.connection, "refused", ())

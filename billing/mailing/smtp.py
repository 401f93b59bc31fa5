"""Django's mail backend, which also remembers the addresses that the server did not take.

Of several addresses a server may refuse some and deliver to the others; smtplib reports these, and
Django forgets them.
"""

import smtplib
from typing import Any

from django.core.mail.backends import smtp


class _Telling:
    """Keeps what smtplib's sendmail returned: the refused addresses."""

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
    """Sends as Django does; `refused` are the addresses of the last mail that were not taken."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Encrypted if self.use_ssl else _Plain

    @property
    def refused(self) -> tuple[str, ...]:
        return getattr(self.connection, "refused", ())

"""The first organisation of an installation: who can read the log of the program may make it."""

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from accounts.models import Membership, Organisation, User

from .organisations import create_organisation

SALT = "billing.first-run"


class TooLate(Exception):
    """There is an organisation by now; nothing was made."""


def is_first_run() -> bool:
    """Return True as long as the installation has neither an organisation nor a person."""
    return not Organisation.objects.exists() and not User.objects.exists()


def code() -> str:
    """Return the code that opens the first run; the same in every process of the installation."""
    return salted_hmac(SALT, "open", algorithm="sha256").hexdigest()[:32]


@transaction.atomic
def make_first_organisation(
    *, name: str, email: str, first_name: str, last_name: str, language: str, password: str
) -> Membership:
    """Make the organisation with its administrator. Raises TooLate."""
    if connection.vendor == "postgresql":
        # Two requests at once wait for each other; SQLite has one writer anyway.
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE accounts_organisation IN SHARE ROW EXCLUSIVE MODE")
    if not is_first_run():
        raise TooLate
    return create_organisation(
        name=name,
        email=email,
        first_name=first_name,
        last_name=last_name,
        language=language,
        password=password,
    )

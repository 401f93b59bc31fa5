"""Open a client for a connection, with its codes and the address from the settings."""

from django.conf import settings
from django.utils import timezone

from .eboekhouden.client import EBoekhouden
from .eboekhouden.messages import Credentials
from .measured import MeasuredClient
from .models import Connection
from .quota import note_call


def open_client(connection: Connection) -> EBoekhouden:
    """Return a client for a `with` block; it logs in at its first call and logs out at the end.

    Raises CannotDecrypt if the keys of this installation do not decrypt the stored codes.
    """
    code_1, code_2 = connection.codes()
    credentials = Credentials(connection.username, code_1, code_2)

    def note(operation: str) -> None:
        note_call(connection.pk, operation, now=timezone.now())

    return MeasuredClient(
        credentials,
        url=settings.EBOEKHOUDEN_URL,
        on_call=note,
        most_entries=connection.most_entries,
        most_invoices=connection.most_invoices,
    )

"""Log in to e-Boekhouden and fetch what can be chosen in the settings; read-only."""

from dataclasses import dataclass

from .eboekhouden.client import EBoekhouden
from .eboekhouden.errors import OutcomeUnknown
from .models import Connection, CostCentre, LedgerAccount
from .sessions import open_client


@dataclass(frozen=True)
class Findings:
    """Results of a successful test; `relations` is None if that list could not be read."""

    administration: str
    ledger_accounts: list[LedgerAccount]
    cost_centres: list[CostCentre]
    relations: int | None


def probe(connection: Connection) -> Findings:
    """Log in with the codes of this connection, stored or not, and fetch the lists.

    Raises one of EBoekhoudenError, or CannotDecrypt.
    """
    with open_client(connection) as client:
        client.check_login()
        return Findings(
            administration=_administration(client, code_2=connection.codes()[1]),
            ledger_accounts=_ledger_accounts(client, connection),
            cost_centres=_cost_centres(client, connection),
            relations=_relation_count(client),
        )


def _administration(client: EBoekhouden, *, code_2: str) -> str:
    """Return the name of the administration of security code 2; "" if it is not in the list."""
    found = client.administrations()
    named = [one.name for one in found if bare_guid(one.guid) == bare_guid(code_2)]
    return (named or [one.name for one in found if len(found) == 1] or [""])[0][:150]


def bare_guid(guid: str) -> str:
    """Return a GUID without braces, for comparison; it is written with and without."""
    return guid.strip().strip("{}").upper()


def _ledger_accounts(client: EBoekhouden, connection: Connection) -> list[LedgerAccount]:
    by_code = {account.code: account for account in client.ledger_accounts() if account.code}
    return [
        LedgerAccount(
            connection_id=connection.pk,
            code=account.code[:10],
            name=account.name[:150],
            category=account.category[:10],
        )
        for account in by_code.values()
    ]


def _cost_centres(client: EBoekhouden, connection: Connection) -> list[CostCentre]:
    by_id = {centre.id: centre for centre in client.cost_centres()}
    return [
        CostCentre(connection_id=connection.pk, remote_id=centre.id, name=centre.name[:150])
        for centre in by_id.values()
    ]


def _relation_count(client: EBoekhouden) -> int | None:
    """Return the number of relations; None if the list is too long for one answer.

    Such a list must not make the whole test fail.
    """
    try:
        return len(client.relations())
    except OutcomeUnknown:
        return None

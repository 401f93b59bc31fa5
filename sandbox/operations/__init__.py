"""The twenty operations of the service, each a function of one call."""

from . import accounts, entries, invoices, relations, sessions

OPERATIONS = {
    "OpenSession": sessions.open_session,
    "OpenSessionSub": sessions.open_session_sub,
    "CloseSession": sessions.close_session,
    "AutoLogin": sessions.auto_login,
    "GetAdministraties": sessions.get_administrations,
    "AddRelatie": relations.add_relation,
    "UpdateRelatie": relations.update_relation,
    "GetRelaties": relations.get_relations,
    "AddFactuur": invoices.add_invoice,
    "GetFacturen": invoices.get_invoices,
    "AddMutatie": entries.add_entry,
    "GetMutaties": entries.get_entries,
    "GetOpenPosten": accounts.get_open_items,
    "GetGrootboekrekeningen": accounts.get_accounts,
    "AddGrootboekrekening": accounts.add_account,
    "UpdateGrootboekrekening": accounts.update_account,
    "GetSaldo": accounts.get_balance,
    "GetSaldi": accounts.get_balances,
    "GetKostenplaatsen": accounts.get_cost_centres,
    "GetArtikelen": accounts.get_articles,
}
OPENING = ("OpenSession", "OpenSessionSub")
WITHOUT_CHECK = (*OPENING, "CloseSession")
CHANGING = (
    "AddRelatie",
    "UpdateRelatie",
    "AddFactuur",
    "AddMutatie",
    "AddGrootboekrekening",
    "UpdateGrootboekrekening",
)
ERROR_IS_RESULT = ("UpdateRelatie", "UpdateGrootboekrekening")

"""What is exported: each model of the program, whose it is, and which fields are left out.

A model that is neither in TABLES nor in NOT_EXPORTED fails tests/privacy/test_tables.py, and so
does a field that looks like a secret and is not named here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models

HIDDEN = "a secret, or derived from one"
INTERNAL = "an internal mark of the program, without meaning outside it"
WHOLE_ACCOUNT = "about the account, which does not belong to the organisation"
EXPORT = "an export does not contain exports"


@dataclass(frozen=True)
class Table:
    """A model in an export.

    `organisation`, `member` and `user` are the lookups to whose it is: the organisation, the
    employee, and the person with all that concerns the account itself. Empty: not theirs.
    `left_out` are fields that are never exported, with the reason. `own` are fields that only the
    person gets, and `agency` fields that a person does not get: what their work is sold for.
    `names` are lookups to what a row refers to, so that it is readable without that table.
    """

    organisation: str = ""
    member: str = ""
    user: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    agency: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    # A filter besides the owner, on rows of the organisation or the employee.
    only: Mapping[str, object] = field(default_factory=dict)


OF_ORGANISATION = Table("organisation")
WORKER = ("membership__user__first_name", "membership__user__last_name")
REGISTRATION = ("project__code", "project__name", "project__customer__name")

TABLES: dict[str, Table] = {
    # accounts
    "accounts.Organisation": Table("pk"),
    "accounts.User": Table(
        "memberships__organisation",
        "memberships",
        "pk",
        left_out={
            "password": HIDDEN,
            "login_generation": INTERNAL,
            "is_superuser": INTERNAL,
        },
        own=("last_login", "date_joined", "is_active"),
        # Who has not accepted an invitation yet has shown the organisation nothing.
        only={"memberships__awaits_consent": False},
    ),
    "accounts.Membership": Table(
        "organisation", "pk", agency=("hourly_rate",), names=("organisation__name",)
    ),
    "accounts.Contract": Table("membership__organisation", "membership"),
    "accounts.AccountMail": Table(user="user"),
    # integrations
    "integrations.Connection": Table(
        "organisation",
        left_out={
            "sealed_code_1": HIDDEN,
            "sealed_code_2": HIDDEN,
            "administration_key": HIDDEN,
            "database_identity": INTERNAL,
            "lease_until": INTERNAL,
            "fencing_token": INTERNAL,
        },
    ),
    "integrations.MonthlyCalls": Table("connection__organisation"),
    "integrations.LedgerAccount": Table("connection__organisation"),
    "integrations.CostCentre": Table("connection__organisation"),
    "integrations.ConnectionEvent": Table("connection__organisation"),
    # rates of VAT, customers
    "vat.VatRate": OF_ORGANISATION,
    "customers.Customer": OF_ORGANISATION,
    "customers.Contact": Table("customer__organisation", names=("customer__number",)),
    "customers.ImportRun": OF_ORGANISATION,
    "customers.ImportRow": Table("run__organisation"),
    # projects
    "projects.Task": OF_ORGANISATION,
    "projects.ExpenseCategory": OF_ORGANISATION,
    "projects.Vehicle": OF_ORGANISATION,
    "projects.TripSettings": OF_ORGANISATION,
    "projects.Project": Table("organisation", names=("customer__number", "customer__name")),
    "projects.Project_managers": Table(
        "project__organisation", "membership", names=("project__name",)
    ),
    "projects.ProjectTask": Table("project__organisation"),
    "projects.ProjectMember": Table(
        "project__organisation", "membership", agency=("hourly_rate",), names=("project__name",)
    ),
    "projects.BudgetWarning": Table(
        "project__organisation", "membership", agency=("budget",), names=("project__name",)
    ),
    "projects.DatedRate": OF_ORGANISATION,
    "projects.RateChange": OF_ORGANISATION,
    "projects.Instalment": Table("project__organisation"),
    "projects.Subscription": Table("project__organisation"),
    "projects.ScheduledAmount": Table("project__organisation"),
    # registrations
    "registrations.TimeEntry": Table(
        "organisation",
        "membership",
        agency=("hourly_rate", "amount"),
        names=(*WORKER, *REGISTRATION, "task__name"),
    ),
    "registrations.Expense": Table(
        "organisation",
        "membership",
        agency=("amount",),
        names=(*WORKER, *REGISTRATION, "category__name"),
    ),
    "registrations.Trip": Table(
        "organisation",
        "membership",
        agency=("rate", "amount"),
        names=(*WORKER, *REGISTRATION, "vehicle__name"),
    ),
    "registrations.DecisionMail": Table("membership__organisation", "membership"),
    "registrations.Decision": Table("organisation", "membership"),
    "registrations.WeekReminder": Table("membership__organisation", "membership"),
    "registrations.FavouriteWork": Table(
        "membership__organisation", "membership", names=("work__project__name", "work__task__name")
    ),
    "registrations.FavouriteTrip": Table("membership__organisation", "membership"),
    "registrations.Leave": Table("organisation", "membership", names=WORKER),
    "registrations.LeaveGrant": Table("membership__organisation", "membership"),
    "registrations.SavedView": Table("membership__organisation", "membership"),
    "registrations.Timer": Table("membership__organisation", "membership"),
    # imports of files
    "imports.ColumnMapping": OF_ORGANISATION,
    "imports.FileImport": OF_ORGANISATION,
    "imports.ImportedRow": Table("file_import__organisation"),
    # billing
    "billing.AgencyArrangement": Table("membership__organisation", "membership"),
    "billing.CreditedRow": Table("line__invoice__organisation"),
    "billing.Invoice": Table("organisation", names=("customer__number", "customer__name")),
    "billing.InvoiceLine": Table("invoice__organisation", names=("invoice__number",)),
    "billing.InvoiceEvent": Table("invoice__organisation", names=("invoice__number",)),
    "billing.Batch": OF_ORGANISATION,
    "billing.Booking": Table(
        "organisation",
        left_out={
            "fingerprint": INTERNAL,
            "fencing_token": INTERNAL,
            "lease_until": INTERNAL,
            "correlation_id": INTERNAL,
        },
    ),
    "billing.Attempt": Table("booking__organisation", left_out={"fencing_token": INTERNAL}),
    "billing.InvoiceFile": Table("invoice__organisation", names=("invoice__number",)),
    "billing.InvoiceMail": Table(
        "invoice__organisation", left_out={"key": INTERNAL}, names=("invoice__number",)
    ),
    "billing.InvoicingRun": Table(
        "organisation", left_out={"token": HIDDEN, "digest": INTERNAL, "work": INTERNAL}
    ),
    "billing.ReconciliationRun": OF_ORGANISATION,
    "billing.Difference": OF_ORGANISATION,
    "billing.ReminderSettings": Table("organisation", left_out={"database_identity": INTERNAL}),
    "billing.ReminderStep": OF_ORGANISATION,
    "billing.InterestRate": OF_ORGANISATION,
    "billing.ReminderHold": OF_ORGANISATION,
    "billing.Reminder": Table("invoice__organisation", left_out={"key": INTERNAL}),
    "billing.InvoiceSettings": OF_ORGANISATION,
    "billing.NumberSeries": OF_ORGANISATION,
    "billing.InvoiceShare": Table("invoice__organisation", names=("invoice__number",)),
    "billing.FiledReturn": OF_ORGANISATION,
    "billing.FiledPart": Table("filed_return__organisation"),
    # privacy
    "privacy.DataExport": Table("organisation", "membership", left_out={"file": EXPORT}),
    "privacy.Erasure": Table("organisation", left_out={"known_since": INTERNAL, "mark": HIDDEN}),
    # audit
    "audit.Entry": Table("organisation", left_out={"request_id": INTERNAL}),
    # of the account, for the person only
    "socialaccount.SocialAccount": Table(user="user", left_out={"uid": HIDDEN}),
    "account.EmailAddress": Table(user="user"),
    "mfa.Authenticator": Table(user="user", left_out={"data": HIDDEN}),
    "usersessions.UserSession": Table(
        user="user", left_out={"session_key": HIDDEN, "data": HIDDEN}
    ),
}

# Models without data of an organisation or a person, or whose content is a secret.
NOT_EXPORTED: dict[str, str] = {
    "accounts.User_groups": "groups of Django are not used",
    "accounts.User_user_permissions": "permissions of Django are not used",
    "auth.Permission": "part of the program",
    "auth.Group": "groups of Django are not used",
    "auth.Group_permissions": "groups of Django are not used",
    "contenttypes.ContentType": "part of the program",
    "sessions.Session": HIDDEN,
    "account.EmailConfirmation": HIDDEN,
    "socialaccount.SocialApp": "providers are settings; none is stored",
    "socialaccount.SocialToken": "tokens of providers are not stored",
    "operations.Alarm": "about the installation",
    "operations.JobRun": "about the installation",
    "operations.Proof": "about the installation",
}

# Names of fields that may be secrets: each is named in `left_out`, or here with the reason.
LOOKS_SECRET = (
    "password", "secret", "token", "sealed", "key", "hash", "digest", "session", "fingerprint",
)  # fmt: skip
HARMLESS: dict[str, str] = {
    "accounts.Membership.sessions_end_before": "a moment",
    "projects.ScheduledAmount.key": "the period of a scheduled amount",
    "billing.Booking.natural_key": "the number of a document",
    "billing.InvoiceShare.key": "the id of what turnover is reported by",
    "billing.Difference.key": "the number of a document",
}


def model_of(label: str) -> type[models.Model]:
    return apps.get_model(label)


def exported_fields(label: str, *, is_person: bool, is_own: bool) -> list[str]:
    """Return the columns of a table: for a person, and for the person themselves."""
    table = TABLES[label]
    hidden = set(table.left_out)
    if not is_own:
        hidden |= set(table.own)
    if is_person:
        hidden |= set(table.agency)
    concrete = model_of(label)._meta.concrete_fields
    return [one.attname for one in concrete if one.name not in hidden]


def file_fields(label: str) -> list[str]:
    """Return the names of the fields whose files are exported."""
    left_out = TABLES[label].left_out
    concrete = model_of(label)._meta.concrete_fields
    return [
        one.name
        for one in concrete
        if isinstance(one, models.FileField) and one.name not in left_out
    ]


def all_models() -> Iterator[type[models.Model]]:
    """Yield every model of the program, and of its libraries, with the hidden ones between."""
    yield from apps.get_models(include_auto_created=True)

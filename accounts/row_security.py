"""Row-level security of PostgreSQL: a policy for each table with rows of an organisation.

The policies follow from the models and are made after migrating, by the owner of the tables. An
owner and a superuser pass them; the role of web and worker must be neither (docs/operations.md).
"""

import hashlib
from collections.abc import Iterator
from typing import Any, cast

from django.apps import apps
from django.db import connections, models, transaction

from lib.tenancy import EVERY, SETTING

from .models import AccountMail, Membership, Organisation, User

POLICY = "organisation"
# Who somebody is and where they work must be known before an organisation is chosen.
BEFORE_ANY = {User, Organisation, Membership, AccountMail}
# Apps of others that know accounts only.
OF_ACCOUNTS = {
    "account", "admin", "auth", "contenttypes", "mfa", "sessions", "socialaccount", "usersessions",
}  # fmt: skip
# What is known of the installation itself.
OF_INSTALLATION = {"operations"}


def tenant_models() -> list[type[models.Model]]:
    """Return the models whose rows belong to one organisation."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in OF_ACCOUNTS | OF_INSTALLATION
        and model not in BEFORE_ANY
        # The groups and permissions of a person, which join accounts to each other.
        and cast(object, model._meta.auto_created) not in BEFORE_ANY
    ]


def make_policies(using: str, **_: object) -> None:
    """Make the policies that are missing or differ; on the signal after migrating."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, obj_description(p.oid, 'pg_policy') FROM pg_policy p"
            " JOIN pg_class c ON c.oid = p.polrelid WHERE p.polname = %s",
            [POLICY],
        )
        made = dict(cursor.fetchall())
        tables = set(connection.introspection.table_names(cursor))
        for model in tenant_models():
            table = model._meta.db_table
            statements = list(_statements(model))
            mark = hashlib.sha256("\n".join(statements).encode()).hexdigest()[:16]
            if table not in tables or made.get(table) == mark:
                continue
            for statement in statements:
                cursor.execute(statement)
            cursor.execute(f"COMMENT ON POLICY {POLICY} ON {_quoted(table)} IS '{mark}'")


def _statements(model: type[models.Model]) -> Iterator[str]:
    table = _quoted(model._meta.db_table)
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS {POLICY} ON {table}"
    yield f"CREATE POLICY {POLICY} ON {table} USING ({condition_of(model)})"


def condition_of(model: type[models.Model]) -> str:
    """Return the SQL condition for a row to be shown and written.

    Raises LookupError for a model that no required foreign key leads to an organisation.
    """
    table = _quoted(model._meta.db_table)
    shown = f"current_setting('{SETTING}', true)"
    for field in _foreign_keys(model):
        if field.related_model is Organisation:
            return f"{shown} IN ('{EVERY}', {table}.{_quoted(field.column)}::text)"
    for field in _foreign_keys(model):
        parent = field.related_model
        if field.null or (parent is not Membership and parent not in tenant_models()):
            continue
        # The policy of a parent holds in here too; that of memberships must be written out.
        of = f" AND parent.organisation_id::text = {shown}" if parent is Membership else ""
        return (
            f"{shown} = '{EVERY}' OR EXISTS (SELECT FROM {_quoted(parent._meta.db_table)} parent"
            f" WHERE parent.id = {table}.{_quoted(field.column)}{of})"
        )
    raise LookupError(f"{model._meta.label} belongs to no organisation")


def _foreign_keys(model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
    return [one for one in model._meta.concrete_fields if isinstance(one, models.ForeignKey)]


def _quoted(name: str) -> str:
    return f'"{name}"'

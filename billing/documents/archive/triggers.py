"""Triggers by which the database refuses to change final invoices (art. 52 AWR) and locked rows.

They guard invoices, their lines, their shares in reports and their files. Status, payments and a
number assigned by e-Boekhouden can still change. Lines can only be added while an invoice is a
draft. The amounts of a filed VAT return are guarded as well; it can only be withdrawn, once.
Registrations are guarded as `registrations/locks.py` says. The
triggers are removed before a migration and installed again after it: SQLite recreates tables, and a
migration may have to convert stored rows.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from registrations import locks

SENTENCE = "A final invoice is neither changed nor deleted."
ROW_SENTENCE = "A locked registration is neither changed nor deleted."
FILED_SENTENCE = "A VAT return that was filed is neither changed nor deleted."
INVOICE = [
    "organisation_id",
    "customer_id",
    "origin",
    "date",
    "payment_term",
    "due_on",
    "reference",
    "notes",
    "language",
    "discount",
    "net",
    "vat",
    "gross",
    "vat_totals",
    "supplied_from",
    "supplied_until",
    "with_specification",
    "with_receipts",
    "issuer",
    "addressee",
    "credit_of_id",
    "final_at",
    "created_at",
]
LINE = [
    "invoice_id",
    "position",
    "description",
    "quantity",
    "unit",
    "price",
    "discount",
    "net",
    "vat_rate_id",
    "vat_percentage",
    "vat_treatment",
    "vat_code",
    "code",
    "ledger_account",
    "cost_centre_id",
    "project_id",
    "task_id",
    "rounding",
    "specification",
    "credits_id",
    "row_action",
]
SHARE = ["invoice_id", "by", "key", "cents"]
FILE = ["invoice_id", "kind", "file", "sha256", "made_at"]
FILED = ["organisation_id", "first", "last", "kind", "counts_in", "boxes", "filed_at"]
PART = ["filed_return_id", "invoice_id", "box", "net", "vat"]
REGISTRATIONS = locks.content_columns()
COLUMNS = {
    **REGISTRATIONS,
    "billing_invoice": INVOICE,
    "billing_invoiceline": LINE,
    "billing_invoiceshare": SHARE,
    "billing_invoicefile": FILE,
    "billing_filedreturn": FILED,
    "billing_filedpart": PART,
}
OF_RETURNS = {"billing_filedreturn", "billing_filedpart"}
NAMES = {
    "keep_invoice_update": "billing_invoice",
    "keep_invoice_delete": "billing_invoice",
    "keep_line_insert": "billing_invoiceline",
    "keep_line_update": "billing_invoiceline",
    "keep_line_delete": "billing_invoiceline",
    "keep_line_move": "billing_invoiceline",
    "keep_share_update": "billing_invoiceshare",
    "keep_share_delete": "billing_invoiceshare",
    "keep_file_update": "billing_invoicefile",
    "keep_file_delete": "billing_invoicefile",
    "keep_return_update": "billing_filedreturn",
    "keep_return_delete": "billing_filedreturn",
    "keep_part_update": "billing_filedpart",
    "keep_part_delete": "billing_filedpart",
    **{
        f"keep_{table}_{event}": table
        for table in REGISTRATIONS
        for event in ("update", "delete", "update_closed", "delete_closed")
    },
}
FINAL = "OLD.status <> 'draft'"
OF_FINAL = "EXISTS (SELECT 1 FROM billing_invoice WHERE id = OLD.invoice_id AND status <> 'draft')"
INTO_FINAL = OF_FINAL.replace("OLD", "NEW")
# Locked until the end, so that an invoice cannot become final while a line is being added.
INTO_FINAL_HELD = """
    (SELECT status FROM billing_invoice WHERE id = NEW.invoice_id FOR SHARE) <> 'draft'
"""
# The function of PostgreSQL for each condition on another table.
FUNCTIONS = {
    "": "billing_keep",
    OF_FINAL: "billing_keep_line",
    INTO_FINAL: "billing_keep_out",
    locks.CLOSED: "billing_keep_closed",
    locks.CLOSED_BEFORE_OR_AFTER: "billing_keep_closed_both",
}


def install_triggers(*, using: str, **signal: Any) -> None:
    """Install all triggers after a migration, if the tables have all guarded columns."""
    connection = connections[using]
    if not _is_complete(connection):
        return
    remove(using=using)
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor):
            cursor.execute(statement)


def remove(*, using: str, **signal: Any) -> None:
    """Remove all triggers before a migration."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, table in NAMES.items():
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the names of triggers that are not installed."""
    query = {
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'keep_%'",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    }
    with connection.cursor() as cursor:
        cursor.execute(query[connection.vendor])
        return set(NAMES) - {name for (name,) in cursor.fetchall()}


def _is_complete(connection: BaseDatabaseWrapper) -> bool:
    tables = set(connection.introspection.table_names())
    if not tables.issuperset(COLUMNS):
        return False
    with connection.cursor() as cursor:
        for table, columns in COLUMNS.items():
            described = connection.introspection.get_table_description(cursor, table)
            if not {column.name for column in described}.issuperset(columns):
                return False
    return True


def _statements(vendor: str) -> Iterator[str]:
    differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    if vendor == "postgresql":
        yield _function("billing_keep", "true")
        yield _function("billing_keep_line", OF_FINAL)
        yield _function("billing_keep_out", INTO_FINAL_HELD)
        yield _function("billing_keep_filed", "true", FILED_SENTENCE)
        yield _function("billing_keep_row", "true", ROW_SENTENCE)
        yield _function("billing_keep_closed", locks.CLOSED, ROW_SENTENCE)
        both = locks.CLOSED_BEFORE_OR_AFTER
        yield _function("billing_keep_closed_both", both, ROW_SENTENCE)

    def changed(columns: list[str]) -> str:
        return " OR ".join(f'OLD."{name}" {differs} NEW."{name}"' for name in columns)

    renumbered = f"(OLD.number <> '' AND OLD.number {differs} NEW.number)"
    changes = f"({changed(INVOICE)} OR {renumbered} OR NEW.status = 'draft')"
    yield _trigger(vendor, "keep_invoice_update", "UPDATE", f"{FINAL} AND {changes}")
    yield _trigger(vendor, "keep_invoice_delete", "DELETE", FINAL)
    yield _trigger(vendor, "keep_line_update", "UPDATE", f"({changed(LINE)})", OF_FINAL)
    yield _trigger(vendor, "keep_line_delete", "DELETE", "true", OF_FINAL)
    yield _trigger(vendor, "keep_line_insert", "INSERT", "true", INTO_FINAL)
    moved = f"OLD.invoice_id {differs} NEW.invoice_id"
    yield _trigger(vendor, "keep_line_move", "UPDATE", moved, INTO_FINAL)
    yield _trigger(vendor, "keep_share_update", "UPDATE", "true", OF_FINAL)
    yield _trigger(vendor, "keep_share_delete", "DELETE", "true", OF_FINAL)
    yield _trigger(vendor, "keep_file_update", "UPDATE", "true")
    yield _trigger(vendor, "keep_file_delete", "DELETE", "true")
    again = f"(OLD.withdrawn_at IS NOT NULL AND OLD.withdrawn_at {differs} NEW.withdrawn_at)"
    yield _trigger(vendor, "keep_return_update", "UPDATE", f"({changed(FILED)} OR {again})")
    yield _trigger(vendor, "keep_return_delete", "DELETE", "true")
    yield _trigger(vendor, "keep_part_update", "UPDATE", "true")
    yield _trigger(vendor, "keep_part_delete", "DELETE", "true")
    for table, columns in REGISTRATIONS.items():
        edited = f"({changed(columns)})"
        # Edited by who may, a submitted or approved row becomes open.
        kept = f"({locks.SETTLED} OR ({locks.DECIDED} AND NEW.status <> 'open'))"
        yield _trigger(vendor, f"keep_{table}_update", "UPDATE", f"{edited} AND {kept}")
        both = locks.CLOSED_BEFORE_OR_AFTER
        yield _trigger(vendor, f"keep_{table}_update_closed", "UPDATE", edited, both)
        gone = f"({locks.SETTLED} OR {locks.DECIDED})"
        yield _trigger(vendor, f"keep_{table}_delete", "DELETE", gone)
        yield _trigger(vendor, f"keep_{table}_delete_closed", "DELETE", "true", locks.CLOSED)


def _trigger(vendor: str, name: str, event: str, changed_row: str, also: str = "") -> str:
    """Write a trigger. `also` queries another table, which PostgreSQL allows only in a function."""
    table = NAMES[name]
    head = f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW"
    if vendor == "postgresql":
        own = "billing_keep_row" if table in REGISTRATIONS else FUNCTIONS[""]
        own = "billing_keep_filed" if table in OF_RETURNS else own
        function = FUNCTIONS[also] if also else own
        return f"{head} WHEN ({changed_row}) EXECUTE FUNCTION {function}()"
    condition = f"{changed_row} AND {also}" if also else changed_row
    sentence = FILED_SENTENCE if table in OF_RETURNS else SENTENCE
    sentence = ROW_SENTENCE if table in REGISTRATIONS else sentence
    return f"{head} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"


def _function(name: str, condition: str, sentence: str = SENTENCE) -> str:
    return f"""
    CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {condition} THEN
            RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN COALESCE(NEW, OLD);
    END $$
    """

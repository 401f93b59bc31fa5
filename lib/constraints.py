"""Which constraint of the database refused a row."""

from django.db import IntegrityError, models


def violates(error: IntegrityError, model: type[models.Model], name: str) -> bool:
    """Return whether it is this unique constraint, on plain fields, that was violated.

    PostgreSQL names the constraint, SQLite its columns.
    """
    diagnostics = getattr(error.__cause__, "diag", None)
    if diagnostics is not None:
        return bool(diagnostics.constraint_name == name)
    constraint = next(one for one in model._meta.constraints if one.name == name)
    names = getattr(constraint, "fields", ())
    columns = (model._meta.get_field(one).column for one in names)  # type: ignore[union-attr]
    table = model._meta.db_table
    listed = ", ".join(f"{table}.{column}" for column in columns)
    return str(error) == f"UNIQUE constraint failed: {listed}"

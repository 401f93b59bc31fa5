"""Trigrams of descriptions without capitals and accents, as the pickers search. PostgreSQL only."""

from django.db import migrations

from lib.trigrams import TrigramIndex, on_postgresql

TABLES = ("registrations_timeentry", "registrations_expense", "registrations_trip")
OLD = {
    f"{table}_trigrams": (
        f"CREATE INDEX {table}_trigrams ON {table} "
        "USING gin (UPPER(description::text) gin_trgm_ops)"
    )
    for table in TABLES
}


class Migration(migrations.Migration):
    dependencies = [("registrations", "0006_minutes_by_project")]

    operations = [
        *(
            TrigramIndex(table=table, columns=("description",), name=f"{table}_folded")
            for table in TABLES
        ),
        migrations.RunPython(
            on_postgresql(*(f"DROP INDEX IF EXISTS {name}" for name in OLD)),
            on_postgresql(*OLD.values()),
        ),
    ]

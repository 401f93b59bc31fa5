"""Trigrams of descriptions: a search for a part of a text reads an index. PostgreSQL only."""

from django.db import migrations

from lib.trigrams import on_postgresql

TABLES = ("registrations_timeentry", "registrations_expense", "registrations_trip")
CREATE = (
    f"CREATE INDEX {table}_trigrams ON {table} USING gin (UPPER(description::text) gin_trgm_ops)"
    for table in TABLES
)
DROP = (f"DROP INDEX IF EXISTS {table}_trigrams" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0003_indexes_of_lists"),
        # Creates the extension.
        ("customers", "0006_search_by_trigrams"),
    ]

    operations = [migrations.RunPython(on_postgresql(*CREATE), on_postgresql(*DROP))]

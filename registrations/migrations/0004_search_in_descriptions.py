"""Trigrams of descriptions: a search for a part of a text reads an index. PostgreSQL only."""

from django.db import migrations

TABLES = ("registrations_timeentry", "registrations_expense", "registrations_trip")


def add_indexes(apps, editor):
    if editor.connection.vendor != "postgresql":
        return
    for table in TABLES:
        editor.execute(
            f"CREATE INDEX {table}_trigrams ON {table}"
            " USING gin (UPPER(description::text) gin_trgm_ops)"
        )


def remove_indexes(apps, editor):
    if editor.connection.vendor == "postgresql":
        for table in TABLES:
            editor.execute(f"DROP INDEX IF EXISTS {table}_trigrams")


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0003_indexes_of_lists"),
        # Creates the extension.
        ("customers", "0006_search_by_trigrams"),
    ]

    operations = [migrations.RunPython(add_indexes, remove_indexes)]

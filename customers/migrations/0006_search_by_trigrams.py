from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

from lib.trigrams import TrigramIndex


class Migration(migrations.Migration):
    """Other apps depend on this migration for the extension."""

    dependencies = [("customers", "0005_import_reason_by_language")]

    operations = [
        TrigramExtension(),
        TrigramIndex(
            table="customers_customer",
            columns=("name", "number"),
            name="customers_customer_trigrams",
        ),
    ]

"""Shares of the invoices that are final already, five hundred invoices at a time."""

from django.db import migrations

from billing.reports.shares import BATCH, CHUNK, share_fields


def fill(apps, editor):
    alias = editor.connection.alias
    invoices, lines, shares = (
        apps.get_model("billing", name).objects.using(alias)
        for name in ("Invoice", "InvoiceLine", "InvoiceShare")
    )
    ids = list(
        invoices.exclude(status="draft")
        .filter(shares=None)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        # The function takes the models of this migration, and reads only columns named there.
        fields = share_fields(invoices.filter(pk__in=some), lines.filter(invoice__in=some))
        shares.bulk_create((shares.model(**values) for values in fields), batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_invoice_shares")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

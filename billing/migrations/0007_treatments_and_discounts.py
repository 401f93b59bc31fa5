"""Treatments take the place of bare EN 16931 categories; discounts, credits and specifications."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

PERCENT = [
    django.core.validators.MinValueValidator(0),
    django.core.validators.MaxValueValidator(100),
]
TREATMENTS = {
    "S": "domestic",
    "Z": "domestic",
    "AE": "reverse_charge",
    "K": "eu_goods",
    "G": "export",
    "E": "exempt",
    "O": "exempt",
}
CHOICES = [
    ("domestic", "In the Netherlands"),
    ("reverse_charge", "Reverse-charged in the Netherlands"),
    ("eu_goods", "Goods to another EU country"),
    ("eu_services", "Services to another EU country"),
    ("export", "Outside the EU"),
    ("exempt", "Exempt"),
    ("small_business", "Small-business scheme (KOR)"),
]


def treatment_of(category, code):
    """Services within the EU were told apart by their code only."""
    return "eu_services" if code == "BI_EU_VERK_D" else TREATMENTS[category]


def convert(apps, schema_editor):
    for rate in apps.get_model("billing", "VatRate").objects.iterator():
        rate.treatment = treatment_of(rate.category, rate.code)
        rate.save(update_fields=["treatment"])
    for line in apps.get_model("billing", "InvoiceLine").objects.iterator():
        line.vat_treatment = treatment_of(line.vat_category, line.vat_code)
        line.save(update_fields=["vat_treatment"])
    for invoice in apps.get_model("billing", "Invoice").objects.iterator():
        for row in invoice.vat_totals:
            category = row.pop("category", None)
            if category is not None:
                row["treatment"] = treatment_of(category, row["code"])
            row.setdefault("discount", str(Decimal("0.00")))
        invoice.save(update_fields=["vat_totals"])


class Migration(migrations.Migration):

    dependencies = [("billing", "0006_payments")]

    operations = [
        migrations.AddField(
            model_name="vatrate",
            name="treatment",
            field=models.CharField(
                choices=CHOICES, default="domestic", max_length=14, verbose_name="treatment"
            ),
        ),
        migrations.AddField(
            model_name="vatrate",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="billing.vatrate",
                verbose_name="follows on",
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="discount",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("0.00"),
                max_digits=5,
                validators=PERCENT,
                verbose_name="discount",
            ),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="discount",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("0.00"),
                max_digits=5,
                validators=PERCENT,
                verbose_name="discount",
            ),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="vat_treatment",
            field=models.CharField(choices=CHOICES, default="domestic", max_length=14),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="specification",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="credits",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credited_by",
                to="billing.invoiceline",
            ),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="rows_become",
            field=models.CharField(
                blank=True,
                choices=[("released", "Can be billed again"), ("written_off", "Written off")],
                max_length=11,
            ),
        ),
        migrations.RunPython(convert, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField(model_name="vatrate", name="category"),
        migrations.RemoveField(model_name="invoiceline", name="vat_category"),
    ]

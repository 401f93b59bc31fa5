from django.db import migrations, models


def keep_english_texts(apps, schema_editor):
    """What was one text for every language belongs to the language of the organisation."""
    settings = apps.get_model("billing", "InvoiceSettings")
    for one in settings.objects.filter(organisation__language="en"):
        settings.objects.filter(pk=one.pk).update(
            mail_subject_en=one.mail_subject_nl,
            mail_body_en=one.mail_body_nl,
            mail_subject_nl="",
            mail_body_nl="",
        )


class Migration(migrations.Migration):

    dependencies = [
        ("billing", "0007_treatments_and_discounts"),
    ]

    operations = [
        migrations.RenameField("invoicesettings", "mail_subject", "mail_subject_nl"),
        migrations.RenameField("invoicesettings", "mail_body", "mail_body_nl"),
        migrations.AlterField(
            "invoicesettings",
            "mail_subject_nl",
            models.CharField(blank=True, max_length=150, verbose_name="subject, Dutch"),
        ),
        migrations.AlterField(
            "invoicesettings",
            "mail_body_nl",
            models.TextField(blank=True, verbose_name="text, Dutch"),
        ),
        migrations.AddField(
            "invoicesettings",
            "mail_subject_en",
            models.CharField(blank=True, max_length=150, verbose_name="subject, English"),
        ),
        migrations.AddField(
            "invoicesettings",
            "mail_body_en",
            models.TextField(blank=True, verbose_name="text, English"),
        ),
        migrations.RunPython(keep_english_texts, migrations.RunPython.noop),
    ]

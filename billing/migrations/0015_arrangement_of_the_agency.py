import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_requires_second_factor'),
        ('billing', '0014_invoices_that_may_be_open'),
    ]

    operations = [
        migrations.CreateModel(
            name='AgencyArrangement',
            fields=[
                ('membership', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='agency_arrangement', serialize=False, to='accounts.membership')),
                ('parts', models.JSONField(default=list)),
            ],
        ),
    ]

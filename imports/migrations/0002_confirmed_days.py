from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0001_file_imports'),
    ]

    operations = [
        migrations.AddField(
            model_name='fileimport',
            name='confirmed_days',
            field=models.CharField(blank=True, default='', max_length=24),
            preserve_default=False,
        ),
    ]

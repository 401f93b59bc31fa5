import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_requires_second_factor'),
        ('imports', '0002_confirmed_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='ColumnMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('hours', 'Hours'), ('expenses', 'Expenses'), ('trips', 'Trips'), ('customers', 'Customers'), ('projects', 'Projects'), ('tasks', 'Tasks'), ('employees', 'Employees')], max_length=9)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('headings', models.JSONField(default=list)),
                ('mapping', models.JSONField(default=list)),
                ('readings', models.JSONField(default=dict)),
                ('answers', models.JSONField(default=dict)),
                ('used_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='column_mappings', to='accounts.organisation')),
            ],
            options={
                'ordering': ['-used_at', '-pk'],
                'constraints': [models.UniqueConstraint(models.F('organisation'), models.F('kind'), django.db.models.functions.text.Lower('name'), name='unique_name_of_a_column_mapping')],
            },
        ),
        migrations.RemoveIndex(
            model_name='importedrow',
            name='imported_row_after',
        ),
        migrations.AddIndex(
            model_name='importedrow',
            index=models.Index(fields=['model', 'after'], name='imported_row_print'),
        ),
        migrations.AddField(
            model_name='importedrow',
            name='set_to',
            field=models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True),
        ),
        migrations.AddField(
            model_name='fileimport',
            name='leaves_out_errors',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='fileimport',
            name='remember_as',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='fileimport',
            name='sheets',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='fileimport',
            name='upload',
            field=models.FileField(blank=True, upload_to='imports/'),
        ),
        migrations.AddField(
            model_name='fileimport',
            name='read_as',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='imports.columnmapping'),
        ),
    ]

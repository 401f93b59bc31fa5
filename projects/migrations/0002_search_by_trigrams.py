from django.db import migrations

from lib.trigrams import TrigramIndex


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0001_initial"),
        ("customers", "0006_search_by_trigrams"),
    ]

    operations = [
        TrigramIndex(
            table="projects_project", columns=("name", "code"), name="projects_project_trigrams"
        ),
        TrigramIndex(table="projects_task", columns=("name", "code"), name="projects_task_trigrams"),
    ]

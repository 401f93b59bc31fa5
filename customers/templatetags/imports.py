"""The nightly import in a sentence, for the settings page of the connection."""

from django import template

from customers.models import ImportRun
from integrations.models import Connection

register = template.Library()


@register.inclusion_tag("customers/_nightly_import.html")
def nightly_import(connection: Connection) -> dict[str, object]:
    """How the last import went, and when the next one is due."""
    run = ImportRun.objects.filter(organisation_id=connection.organisation_id).first()
    counts = run.counts() if run else {}
    return {"connection": connection, "run": run, "counts": counts}

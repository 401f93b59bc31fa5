"""The nightly import, for the settings page of the connection."""

from django import template

from customers.models import ImportRun
from integrations.models import Connection

register = template.Library()


@register.inclusion_tag("customers/_nightly_import.html")
def nightly_import(connection: Connection) -> dict[str, object]:
    """Show the result of the last import, and when the next one is due."""
    run = ImportRun.objects.filter(organisation_id=connection.organisation_id).first()
    counts = run.counts() if run else {}
    return {"connection": connection, "run": run, "counts": counts}

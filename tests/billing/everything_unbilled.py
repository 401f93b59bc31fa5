"""All of Unbilled at once; a page shows it by customer."""

from billing.unbilled import summarise, unbilled_of


def everything_unbilled(organisation, unbilled_filter):
    """The customers with something to bill and their projects, by name."""
    projects = organisation.projects.all()
    summary = summarise(organisation, projects, unbilled_filter)
    customers = organisation.customers.in_bulk(ids := summary.customer_ids(organisation))
    mine = projects.filter(pk__in=list(summary.by_project))
    return unbilled_of([customers[pk] for pk in ids], mine, unbilled_filter)

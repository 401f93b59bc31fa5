"""The first steps of a new organisation; the dashboard shows them until the first booking."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation
from integrations.models import connection_of

from ..models import State

NEEDED = ("address", "postal_code", "city", "vat_number", "coc_number", "iban")


@dataclass(frozen=True)
class Task:
    """A step: its title, reason and URL, and whether it is done.

    Who works alone has no colleague, so that step is optional.
    """

    title: str
    text: str
    url: str
    is_done: bool
    is_optional: bool = False


@dataclass(frozen=True)
class Checklist:
    """The steps in order; `next` is the first that is not done."""

    tasks: tuple[Task, ...]

    @property
    def done(self) -> int:
        return sum(task.is_done for task in self.tasks)

    @property
    def is_complete(self) -> bool:
        return all(task.is_done or task.is_optional for task in self.tasks)

    @property
    def next(self) -> Task | None:
        return next(
            (task for task in self.tasks if not task.is_done and not task.is_optional), None
        )


def checklist(membership: Membership) -> Checklist:
    """Return the steps for an administrator; other members have none."""
    if not membership.is_administrator:
        return Checklist(())
    return Checklist(tuple(_tasks(membership.organisation)))


def _organisation(organisation: Organisation) -> Task:
    """Return the step that is complete when the law check accepts the issuer."""
    names = {field.name: field.verbose_name for field in Organisation._meta.fields}
    lacking = [str(names[one]) for one in NEEDED if not getattr(organisation, one)]
    text = _("Address, VAT number, Chamber of Commerce number and IBAN appear on every invoice.")
    if lacking:
        missing = _("No invoice can be sent without: %(fields)s.")
        text = f"{text} {missing % {'fields': ', '.join(lacking)}}"
    url = reverse("accounts:organisation-settings")
    return Task(_("Complete your organisation"), text, url, not lacking)


def _done(organisation: Organisation) -> Mapping[str, Any]:
    """Return which of the steps are done, in one query."""
    rows: dict[str, QuerySet[Any]] = {
        "customers": organisation.customers.all(),
        "tasks": organisation.tasks.filter(is_active=True),
        "projects": organisation.projects.all(),
        "hours": organisation.time_entries.all(),
        "booked": organisation.bookings.filter(state=State.CONFIRMED, invoice__isnull=False),
    }
    done = {f"has_{name}": Exists(found.order_by()) for name, found in rows.items()}
    ours = Organisation.objects.filter(pk=organisation.pk)
    counted = ours.annotate(has_colleagues=Count("memberships") - 1)
    found: Mapping[str, Any] = counted.values("has_colleagues", **done).get()
    return found


def _tasks(organisation: Organisation) -> Iterable[Task]:
    yield _organisation(organisation)
    connection, done = connection_of(organisation), _done(organisation)
    yield Task(
        _("Connect e-Boekhouden"),
        _(
            "Enter the username and two security codes and test them. Then choose the invoice "
            "template and the ledger account."
        ),
        reverse("integrations:eboekhouden"),
        connection is not None and connection.is_ready and connection.tested_at is not None,
    )
    yield Task(
        _("Import your customers"),
        _("They come from e-Boekhouden, now and every night if you like."),
        reverse("customers:import"),
        done["has_customers"],
    )
    yield from _first_work(done)


def _first_work(done: Mapping[str, bool]) -> Iterable[Task]:
    yield Task(
        _("Create your tasks"),
        _("Hours are registered on the tasks of a project, each with its own rate."),
        reverse("projects:task-list"),
        done["has_tasks"],
    )
    yield Task(
        _("Create a project"),
        _("By the hour, at a fixed price or as a subscription."),
        reverse("projects:project-add"),
        done["has_projects"],
    )
    yield Task(
        _("Invite a colleague"),
        _("Colleagues register their own hours. Skip this if you work alone."),
        reverse("accounts:employee-list"),
        done["has_colleagues"] > 0,
        is_optional=True,
    )
    yield Task(
        _("Register hours"),
        _("Or an expense, or a trip."),
        reverse("registrations:hours"),
        done["has_hours"],
    )
    yield Task(
        _("Book your first invoice"),
        _(
            "Select registrations under Overview, or projects under Unbilled. You see what will "
            "be booked."
        ),
        reverse("billing:unbilled"),
        done["has_booked"],
    )

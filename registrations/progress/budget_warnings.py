"""Mail project managers when a percentage of a budget is used; once per percentage and budget.

A night has one mail per manager, with all their projects. What it says is stored before it is sent.
A mail that could not be sent leaves nothing behind, and the next round says the same. One of which
it is not known whether it left, because the worker died meanwhile, is not sent again.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import ngettext, override

from accounts.models import Membership, Organisation
from lib.money import ZERO
from projects.budgets import BudgetUse, amount_used, hours_used
from projects.figures import used_minutes
from projects.models import BudgetWarning, Project

from ..mails import send
from ..models import EARNING_STATUSES, KINDS
from ..worth import worth_by_kind


@dataclass(frozen=True)
class Passed:
    """A budget of which percentages were passed that the manager was not told of yet."""

    use: BudgetUse
    percentages: Sequence[int]

    @property
    def percentage(self) -> int:
        """The highest one, which the mail names."""
        return max(self.percentages)


def warn_of_budgets(*, now: datetime.datetime) -> int:
    """Mail every manager of projects whose budget passed a percentage; return how many mails."""
    return sum(
        _warn(manager, uses, now=now)
        for organisation in Organisation.objects.filter(closed_at=None).order_by("pk")
        for manager, uses in _by_manager(organisation)
    )


def uses_of(organisation: Organisation) -> dict[int, list[BudgetUse]]:
    """Return the budgets of active projects of which a percentage is passed; three queries."""
    active = organisation.projects.active().exclude(warns_at=None, warns_again_at=None)
    projects = [one for one in active if one.budget_minutes or one.budget_amount]
    if not projects:
        return {}
    minutes = used_minutes(organisation, projects=[one.pk for one in projects])
    earned = _earned(organisation, [one.pk for one in projects if one.budget_amount])
    found: dict[int, list[BudgetUse]] = {}
    for one in projects:
        uses = (
            hours_used(one, minutes.get(one.pk, 0)),
            amount_used(one, earned.get(one.pk, ZERO)),
        )
        if passed := [use for use in uses if use and use.passed]:
            found[one.pk] = passed
    return found


def _earned(organisation: Organisation, projects: list[int]) -> dict[int, Decimal]:
    """Return what hours, expenses and trips of these projects earned, in euros; one query."""
    if not projects:
        return {}
    kinds = {
        name: model.objects.filter(
            organisation=organisation, project__in=projects, status__in=EARNING_STATUSES
        )
        for name, model in KINDS.items()
    }
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for groups in worth_by_kind(kinds, "project").values():
        for (pk,), worth in groups.items():
            sums[pk] += worth.amount
    return sums


def _by_manager(organisation: Organisation) -> Iterator[tuple[Membership, list[BudgetUse]]]:
    """Yield the active managers with the budgets they may read about; euros by right."""
    uses = uses_of(organisation)
    if not uses:
        return
    pairs = Project.managers.through.objects.filter(project__in=uses).order_by("project")
    of_manager: dict[int, list[BudgetUse]] = defaultdict(list)
    for project, membership in pairs.values_list("project", "membership"):
        of_manager[membership] += uses[project]
    people = organisation.memberships.active().filter(pk__in=of_manager)
    for person in people.select_related("user", "organisation").order_by("pk"):
        wanted = [one for one in of_manager[person.pk] if one.is_hours or person.sees_amounts]
        if person.is_manager and wanted:
            yield person, wanted


def _warn(person: Membership, uses: list[BudgetUse], *, now: datetime.datetime) -> bool:
    try:
        with transaction.atomic():
            passed, ids = _claim(person, uses)
    except IntegrityError:
        return False  # another worker tells them
    if not passed:
        return False
    with override(person.user.language):
        subject = ngettext(
            "The budget of %(name)s", "The budgets of %(n)d projects", len(passed)
        ) % {"name": passed[0].use.project, "n": len(passed)}
        about: dict[str, object] = {"person": person, "passed": passed}
        is_sent = send(subject, "registrations/mail/budgets.txt", about, to=person.user)
    stored = BudgetWarning.objects.filter(pk__in=ids)
    if not is_sent:
        stored.delete()
        return False
    stored.update(sent_at=now)
    return True


def _claim(person: Membership, uses: list[BudgetUse]) -> tuple[list[Passed], list[int]]:
    """Store what the person is not told of yet; raises IntegrityError if another worker did."""
    projects = {use.project.pk for use in uses}
    told = set(
        BudgetWarning.objects.filter(membership=person, project__in=projects).values_list(
            "project", "kind", "budget", "percentage"
        )
    )
    passed, rows = [], []
    for use in uses:
        key = (use.project.pk, str(use.kind), use.budget)
        new = [one for one in use.passed if (*key, one) not in told]
        if not new:
            continue
        # After a higher percentage a lower one is no news.
        if not any((*key, higher) in told for higher in use.passed if higher > max(new)):
            passed.append(Passed(use, new))
        rows += [
            BudgetWarning(
                project=use.project,
                membership=person,
                kind=use.kind,
                budget=use.budget,
                percentage=one,
            )
            for one in new
        ]
    return passed, [row.pk for row in BudgetWarning.objects.bulk_create(rows)]

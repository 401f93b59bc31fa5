"""What is said below the chosen work: the customer, what is left of the budget, earlier texts."""

from dataclasses import dataclass

from accounts.models import Membership
from projects.figures import used_minutes
from projects.models import Method, ProjectTask

from ..bookable import is_billable_work
from ..models import TimeEntry

# The latest texts on a task that are offered, and among how many entries they are looked for.
TEXTS, LATEST = 3, 30
# The part of the budget, in percent, above which the line is amber; above all of it, red.
NEARLY = 90


@dataclass(frozen=True)
class AboutWork:
    """The work, its budget in minutes (None without one), and the latest texts of the person."""

    work: ProjectTask
    budget: int | None
    used: int
    texts: tuple[str, ...]

    @property
    def is_billed(self) -> bool:
        """Whether the project is billed at all."""
        return self.work.project.billing_method is not Method.NONE

    @property
    def is_billable(self) -> bool:
        """Whether hours on it are billed, unless somebody chooses."""
        return is_billable_work(self.work)

    @property
    def left(self) -> int:
        return (self.budget or 0) - self.used

    @property
    def over(self) -> int:
        return max(0, -self.left)

    @property
    def level(self) -> str:
        """`over` above the budget, `nearly` above most of it, else empty."""
        if not self.budget:
            return ""
        if self.left < 0:
            return "over"
        return "nearly" if self.used * 100 > self.budget * NEARLY else ""


def about_work(work: ProjectTask, *, membership: Membership) -> AboutWork:
    """Return what is said about work for a person; two queries at most."""
    project = work.project
    used = 0
    if project.budget_minutes:
        minutes = used_minutes(project.organisation, projects=[project.pk])
        used = minutes.get(project.pk, 0)
    rows = TimeEntry.objects.filter(
        membership=membership, project=work.project_id, task=work.task_id
    ).exclude(description="")
    texts = rows.order_by("-date", "-pk").values_list("description", flat=True)[:LATEST]
    shown = tuple(dict.fromkeys(texts))[:TEXTS]
    return AboutWork(work, project.budget_minutes or None, used, shown)

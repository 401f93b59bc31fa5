"""Rounding of the worked time that is charged: to whole steps, and of what the steps are counted.

Worked minutes are never changed. What rounding adds or takes is stored beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

NOT_ROUNDED = 0
STEPS = (
    (NOT_ROUNDED, _("Not rounded")),
    (5, _("5 minutes")),
    (6, _("6 minutes, a tenth of an hour")),
    (10, _("10 minutes")),
    (15, _("15 minutes")),
    (30, _("30 minutes")),
    (60, _("1 hour")),
)


class Direction(models.TextChoices):
    """The way to a whole step."""

    UP = "up", _("Up")
    NEAREST = "nearest", _("To the nearest")
    DOWN = "down", _("Down")


class Unit(models.TextChoices):
    """What is added up before it is rounded."""

    ENTRY = "entry", _("Each registration")
    DAY = "day", _("Each day and task of an employee")
    LINE = "line", _("Each invoice line")


class RoundingFields(models.Model):
    """How a step is applied: the fields that an organisation and a project share."""

    rounding_direction = models.CharField(
        _("rounded"),
        max_length=7,
        choices=Direction,
        default=Direction.UP,
        db_default=Direction.UP,
    )
    rounding_unit = models.CharField(
        _("what is rounded"),
        max_length=5,
        choices=Unit,
        default=Unit.ENTRY,
        db_default=Unit.ENTRY,
    )

    class Meta:
        abstract = True


@dataclass(frozen=True, slots=True)
class Rounding:
    """A rule: the step in minutes, the direction, and what is rounded."""

    step: int
    direction: str
    unit: str

    def of(self, minutes: int) -> int:
        """Return the minutes that are charged for worked minutes.

        Exactly half a step goes up. Time of less than a step that would come to nothing stays as
        it is: work is never charged as nothing, and rounding down never charges more than worked.
        """
        match self.direction:
            case Direction.UP:
                steps = -(-minutes // self.step)
            case Direction.DOWN:
                steps = minutes // self.step
            case _:
                steps = (2 * minutes + self.step) // (2 * self.step)
        return steps * self.step or minutes

    def shared(self, worked: Sequence[int], *, before: tuple[int, int] = (0, 0)) -> list[int]:
        """Return what rounding adds to each of these worked minutes, which are rounded together.

        `before` is worked time that belongs to them and can no longer change: minutes as worked and
        as charged. The last one gets the difference. What it cannot take, because nothing is
        charged below zero, is taken from those before it.
        """
        worked_before, charged_before = before
        total = self.of(worked_before + sum(worked)) if worked else 0
        difference = total - charged_before - sum(worked)
        added = [0] * len(worked)
        for place in reversed(range(len(worked))):
            added[place] = max(difference, -worked[place])
            difference -= added[place]
            if not difference:
                break
        return added

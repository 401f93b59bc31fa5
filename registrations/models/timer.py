"""The timer of a person."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from lib.model_fields import MultilineCharField
from projects.models import Project, Task


class Timer(models.Model):
    """The timer of a person, of which there is one at most.

    `stopped_at` is set on one whose time could not be registered; it waits for the person.
    """

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="timer")
    # Null where it was deleted while the timer ran: the time is kept.
    project = models.ForeignKey(Project, on_delete=models.SET_NULL, null=True, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.SET_NULL, null=True, related_name="+")
    description = MultilineCharField(_("description"), max_length=500, blank=True)
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.started_at} {self.project}"

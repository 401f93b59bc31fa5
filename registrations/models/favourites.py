"""What people starred to register it again."""

from django.db import models

from accounts.models import Membership
from lib.kilometres import StoredKilometres
from lib.model_fields import LineField
from projects.models import Project, ProjectTask, Vehicle

from .registration import TripKind


class FavouriteWork(models.Model):
    """A task on a project that a person starred: it comes first in the list to choose from."""

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="favourites", db_index=False
    )
    work = models.ForeignKey(ProjectTask, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "work"], name="unique_favourite_work")
        ]

    def __str__(self) -> str:
        return f"{self.membership} {self.work}"


class FavouriteTrip(models.Model):
    """A trip that a person makes often: one press fills it in."""

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="favourite_trips", db_index=False
    )
    origin = LineField(max_length=150)
    destination = LineField(max_length=150)
    distance = StoredKilometres()
    kind = models.CharField(max_length=8, choices=TripKind, default=TripKind.BUSINESS)
    # Null where none was chosen, or where it was deleted since.
    project = models.ForeignKey(Project, on_delete=models.SET_NULL, null=True, related_name="+")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "origin", "destination", "kind"],
                name="unique_favourite_trip",
            )
        ]

    def __str__(self) -> str:
        return f"{self.origin} – {self.destination}"

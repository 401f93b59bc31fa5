"""The order in which a person has the parts of a page."""

from django.db import models

from accounts.models import Membership


class AgencyArrangement(models.Model):
    """The order of the parts of the Agency page for one person: their keys, the first one first."""

    membership = models.OneToOneField(
        Membership, on_delete=models.CASCADE, related_name="agency_arrangement", primary_key=True
    )
    parts = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.membership_id}: {', '.join(self.parts)}"

"""The saved views of Overview."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from lib.model_fields import LineField


class SavedView(models.Model):
    """A view of one list of Overview. The default one opens when the address says nothing."""

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="saved_views", db_index=False
    )
    # The key of the list: hours, expenses or trips.
    kind = models.CharField(max_length=8)
    name = LineField(_("name"), max_length=60)
    query = models.TextField(blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint(
                "membership", "kind", Lower("name"), name="unique_name_of_a_saved_view"
            ),
            models.UniqueConstraint(
                fields=["membership", "kind"],
                condition=models.Q(is_default=True),
                name="one_default_view",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The query of the address that opens it."""
        return f"{self.query}&view={self.pk}" if self.query else f"view={self.pk}"

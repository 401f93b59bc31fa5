"""Exports of data, and what was erased."""

import secrets
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation, User
from integrations.runs import Run


def export_path(_export: "DataExport", _name: str) -> str:
    """Return the path of an export, with a name that cannot be guessed."""
    return f"exports/{secrets.token_hex(24)}.zip"


class ExportScope(models.TextChoices):
    """Whose data an export has."""

    OWN = "own", _("Your own data")
    PERSON = "person", _("Data of an employee")
    ORGANISATION = "organisation", _("Data of the organisation")


class DataExport(Run):
    """One ZIP with all data of a person or an organisation: asked for, made by a worker, deleted.

    Only who asked for it downloads it, until `expires_at`.
    """

    TASK = "privacy.tasks.run_export"
    MAX_ATTEMPTS = 4
    INTERRUPTED = _(
        "The export was interrupted %(count)s times. Contact your system administrator, then "
        "start it again."
    )
    RELATED = ("organisation", "started_by", "membership__user")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="data_exports"
    )
    scope = models.CharField(max_length=12, choices=ExportScope)
    # Whose data it is; null for the whole organisation.
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, null=True, related_name="data_exports"
    )
    # Rows written so far, and to be written.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    file = models.FileField(upload_to=export_path, blank=True, max_length=120)
    size = models.PositiveBigIntegerField(default=0)
    missing_files = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)

    class Meta(Run.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "started_by"],
                condition=Q(state__in=["queued", "running"], membership=None),
                name="unique_running_export_of_all",
            ),
            models.UniqueConstraint(
                fields=["membership", "started_by", "scope"],
                condition=Q(state__in=["queued", "running"]),
                name="unique_running_export_of_one",
            ),
        ]

    @property
    def is_downloadable(self) -> bool:
        return bool(self.file) and self.expires_at is not None and self.expires_at > timezone.now()


class ErasureKind(models.TextChoices):
    """What was erased."""

    PERSON = "person", _("Employee")
    CONTACT = "contact", _("Contact person")


class Erasure(models.Model):
    """That somebody was erased: no name, only what finds the same row in an older backup.

    `known_since` is the moment that the person's account or the customer was created. With the id
    it tells the row that was erased from one that got the same id after a restore.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="erasures"
    )
    kind = models.CharField(max_length=7, choices=ErasureKind)
    row_id = models.PositiveBigIntegerField()
    known_since = models.DateTimeField()
    # Of a contact person, whose row has no lasting id: a keyed hash of name and address.
    mark = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    # Rows deleted and kept, by the name of the table.
    counts: Any = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(F("organisation"), F("at").desc(), name="erasure_by_time")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.row_id}"

"""The table of the audit trail. Rows are only added: triggers refuse the rest (triggers.py)."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

LONGEST_LABEL = 250


class Entry(models.Model):
    """One change, or one action that changed several rows.

    `changes` has [before, after] by the name of a field. `rows` are groups of rows that one action
    changed alike: their type, ids, changes and perhaps labels. Neither holds a secret. The entry
    outlives what it is about, so no foreign key is checked.
    """

    organisation = models.ForeignKey(
        "accounts.Organisation",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        db_index=False,
    )
    at = models.DateTimeField(default=timezone.now)
    # Of Kind, Action and Retention; without choices here, so that a new kind needs no migration.
    kind = models.CharField(max_length=20)
    action = models.CharField(max_length=20)
    retention = models.CharField(max_length=10)
    # Empty if the program did it by itself.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        db_index=False,
    )
    # The task of a worker; empty in a request.
    job = models.CharField(max_length=100, blank=True)
    address = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=12, blank=True)
    # The model and the id of what it is about, such as customers.customer 12.
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.BigIntegerField(null=True)
    label = models.CharField(max_length=LONGEST_LABEL, blank=True)
    note = models.TextField(blank=True)
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    rows = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    row_count = models.PositiveIntegerField(default=0)
    # What the search looks at: label, note, values, and labels of rows.
    words = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        # One for each filter of the page, in its order.
        indexes = [
            models.Index(fields=["organisation", "at", "id"], name="audit_by_time"),
            models.Index(fields=["organisation", "kind", "at", "id"], name="audit_by_kind"),
            models.Index(fields=["organisation", "action", "at", "id"], name="audit_by_action"),
            models.Index(fields=["organisation", "user", "at", "id"], name="audit_by_person"),
            models.Index(
                fields=["organisation", "object_type", "object_id", "at", "id"],
                name="audit_by_object",
            ),
            # For the purge, which knows no organisation.
            models.Index(fields=["retention", "at"], name="audit_by_retention"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.action} {self.label}"

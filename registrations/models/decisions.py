"""What was decided on registrations, and the mails about it."""

from django.db import models

from accounts.models import Membership, Organisation

from .registration import Status


class DecisionMail(models.Model):
    """The mail of a day to a person about what was decided on their registrations.

    It is stored before it is sent; without `sent_at` it is not known whether it left, and it is not
    sent again.
    """

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "day"], name="unique_decision_mail_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.membership_id}"


class Decision(models.Model):
    """A status that a registration got: when, and from whom. Rows are added and never changed.

    `mail` told the person about it; it is the only column that is filled in later.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    # The key in KINDS and the id: the history stays if the registration is deleted.
    kind = models.CharField(max_length=8)
    row_id = models.BigIntegerField()
    # Whose registration it is.
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="decisions", db_index=False
    )
    status = models.CharField(max_length=11, choices=Status)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    mail = models.ForeignKey(DecisionMail, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["kind", "row_id", "id"], name="decision_by_row"),
            models.Index(
                fields=["membership", "id"],
                condition=models.Q(mail=None, status__in=("approved", "rejected")),
                name="decision_to_tell",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}: {self.status}"


class WeekReminder(models.Model):
    """The mail in which somebody asked a person to submit a week; one a day at most."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    monday = models.DateField()
    day = models.DateField()
    by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "day"], name="unique_week_reminder_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.membership_id}"

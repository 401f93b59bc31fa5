"""What running the installation leaves behind: backups, proven restores, jobs, what is wrong.

These rows belong to the installation, not to an organisation.
"""

from django.db import models


class ProofKind(models.TextChoices):
    """What was done."""

    BACKUP = "backup"
    RESTORE_TEST = "restore_test"


class Proof(models.Model):
    """The latest success of a kind, and what went wrong since; one row for each kind."""

    kind = models.CharField(max_length=12, choices=ProofKind, unique=True)
    good_at = models.DateTimeField(null=True)
    # Of the latest success: bytes, files, rows.
    facts = models.JSONField(default=dict)
    tried_at = models.DateTimeField()
    # A sentence; empty if the latest attempt succeeded.
    problem = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.kind


class Alarm(models.Model):
    """Something that is wrong now; a row goes when it is right again."""

    # The title of the finding in English, with # for numbers.
    name = models.CharField(max_length=200, unique=True)
    since = models.DateTimeField()
    # When OPERATOR_EMAIL heard of it.
    told_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class JobRun(models.Model):
    """The latest run of a job of the schedule; one row for each job."""

    name = models.CharField(max_length=60, unique=True)
    ended_at = models.DateTimeField()
    seconds = models.FloatField()
    # The name of the error; empty if it succeeded. What the error says is in the log of the worker.
    problem = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.name

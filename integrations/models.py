"""An organisation's connection with its administration in e-Boekhouden."""

import datetime
import hashlib

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from lib.model_fields import LineField
from lib.stored_texts import TranslatedTextField

from .eboekhouden.facts.limits import MAX_ENTRY_ROWS
from .secrets import seal, unseal

LEDGER_NUMBER = RegexValidator(r"^\d{1,10}$", _("Only the number of the ledger account: 8000."))


class Numbering(models.TextChoices):
    """The party that assigns the number of an invoice that is created in e-Boekhouden."""

    OWN = "own", _("Our own series (recommended)")
    EBOEKHOUDEN = "eboekhouden", _("e-Boekhouden assigns the number")


class Uniqueness(models.TextChoices):
    """Whether this administration refuses an existing invoice number, as far as known."""

    UNKNOWN = "unknown", _("not known yet")
    YES = "yes", _("refuses duplicates")
    NO = "no", _("accepts duplicates")


class Connection(models.Model):
    """Settings and state of the connection with e-Boekhouden. The two codes are never shown."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="connection"
    )
    is_active = models.BooleanField(_("switched on"), default=False)
    username = LineField(_("username"), max_length=55, blank=True)
    sealed_code_1 = models.TextField(blank=True, editable=False)
    sealed_code_2 = models.TextField(blank=True, editable=False)
    codes_set_at = models.DateTimeField(null=True, editable=False)
    codes_set_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    # Two organisations must not write to one administration: unique while switched on.
    administration_key = models.CharField(max_length=64, blank=True, editable=False)
    administration_name = models.CharField(max_length=150, blank=True, editable=False)

    template = LineField(_("invoice template"), max_length=50, blank=True)
    ledger_account = models.CharField(
        _("ledger account"), max_length=10, blank=True, validators=[LEDGER_NUMBER]
    )
    debtor_account = models.CharField(
        _("debtors account"), max_length=10, blank=True, default="1300", validators=[LEDGER_NUMBER]
    )
    numbering = models.CharField(
        _("invoice numbers"), max_length=11, choices=Numbering, default=Numbering.OWN
    )
    book_at_once = models.BooleanField(
        _("also book invoices in the ledger immediately"), default=True
    )

    nightly_import = models.BooleanField(_("import customers every night"), default=False)
    next_import_at = models.DateTimeField(null=True, editable=False)

    tested_at = models.DateTimeField(null=True, editable=False)
    relation_count = models.PositiveIntegerField(null=True, editable=False)

    # Since when a request for payments is open, when payments were last fetched, and why the last
    # attempt failed.
    payments_requested_at = models.DateTimeField(null=True, editable=False)
    payments_seen_at = models.DateTimeField(null=True, editable=False)
    payments_problem = TranslatedTextField(longest=300, blank=True, editable=False)

    # While paused, nothing is sent.
    paused_at = models.DateTimeField(null=True, editable=False)
    pause_code = models.CharField(max_length=20, blank=True, editable=False)
    pause_text = TranslatedTextField(longest=300, blank=True, editable=False)
    # The lease allows one writer at a time; each new lease increments the fencing token.
    lease_until = models.DateTimeField(null=True, editable=False)
    fencing_token = models.PositiveBigIntegerField(default=0, editable=False)
    refuses_duplicates = models.CharField(
        max_length=7, choices=Uniqueness, default=Uniqueness.UNKNOWN, editable=False
    )
    # What the probe found, by question (eboekhouden/probing), and when it last asked.
    answers = models.JSONField(default=dict, db_default={}, editable=False)
    answers_at = models.DateTimeField(null=True, editable=False)
    # After a restore, nothing is sent before a comparison with e-Boekhouden. The comparison waits
    # until this moment, when no earlier request can arrive any more.
    must_compare_first = models.BooleanField(default=False, editable=False)
    compare_from = models.DateTimeField(null=True, editable=False)
    # The database that this connection was made in: see `database_identity.py`.
    database_identity = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["administration_key"],
                condition=models.Q(is_active=True) & ~models.Q(administration_key=""),
                name="unique_connection_administration",
            )
        ]

    def __str__(self) -> str:
        return self.administration_name or self.username or "e-Boekhouden"

    @property
    def has_codes(self) -> bool:
        return bool(self.username and self.sealed_code_1 and self.sealed_code_2)

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    @property
    def is_usable(self) -> bool:
        """Switched on, with codes, and not paused."""
        return self.is_active and self.has_codes and not self.is_paused

    @property
    def is_ready(self) -> bool:
        """Switched on, with codes, and with the settings that an invoice needs."""
        return self.is_active and self.has_codes and bool(self.template and self.ledger_account)

    @property
    def most_entries(self) -> int:
        """How many entries an answer has at most: what the probe found, else what is documented."""
        return self._found("entries_cap") or MAX_ENTRY_ROWS

    @property
    def most_invoices(self) -> int:
        """The same for invoices, of which no limit is documented."""
        return self._found("invoices_cap") or MAX_ENTRY_ROWS

    @property
    def visible_after(self) -> datetime.timedelta:
        """How long the service takes to show or finish what it accepted, with a margin of two."""
        slowest = max(self._found("visible_at_once"), self._found("slowest_answer"))
        return datetime.timedelta(milliseconds=2 * slowest)

    def _found(self, question: str) -> int:
        answer = str(self.answers.get(question, ""))
        return int(answer) if answer.isascii() and answer.isdigit() else 0

    def set_codes(self, code_1: str, code_2: str) -> None:
        """Encrypt the typed codes; an empty code keeps the stored one. Does not save."""
        organisation_id = self.organisation_id
        if code_1:
            self.sealed_code_1 = seal(code_1, organisation_id=organisation_id, field="code_1")
        if code_2:
            self.sealed_code_2 = seal(code_2, organisation_id=organisation_id, field="code_2")
            # Code 2 identifies the administration for every user; it is written with and without
            # braces.
            key = code_2.strip().strip("{}").upper()
            self.administration_key = hashlib.sha256(key.encode()).hexdigest()

    def codes(self) -> tuple[str, str]:
        """Return security code 1 and 2 in plain text, for logging in only. Raises CannotDecrypt."""
        return (
            unseal(self.sealed_code_1, organisation_id=self.organisation_id, field="code_1"),
            unseal(self.sealed_code_2, organisation_id=self.organisation_id, field="code_2"),
        )


def connection_of(organisation: Organisation) -> Connection | None:
    """Return the connection of an organisation, if there is one.

    The object keeps it: one query for all that a page asks. Who decides about sending reads it
    anew.
    """
    found: Connection | None = getattr(organisation, "connection", None)
    return found


class MonthlyCalls(models.Model):
    """Number of calls for ledger entries in a month, which e-Boekhouden limits."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="monthly_calls"
    )
    month = models.DateField()  # the first day of the month
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "month"], name="unique_monthly_calls")
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.count}"


class LedgerAccount(models.Model):
    """A ledger account as last fetched, to choose from."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="ledger_accounts"
    )
    code = LineField(max_length=10)
    name = LineField(max_length=150)
    category = LineField(max_length=10)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "code"], name="unique_ledger_code")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class CostCentre(models.Model):
    """A cost centre as last fetched, to choose from."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="cost_centres"
    )
    remote_id = models.BigIntegerField()
    name = LineField(max_length=150)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "remote_id"], name="unique_cost_centre")
        ]

    def __str__(self) -> str:
        return self.name


class ConnectionEvent(models.Model):
    """An event in the history of the connection, such as a test or a pause."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    text = TranslatedTextField(longest=300)
    is_good = models.BooleanField(default=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.text

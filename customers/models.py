"""Customers, their contacts, and their imports."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, Organisation
from audit.changes import KeepsLoaded
from integrations.models import Connection
from integrations.runs import Run
from lib.model_fields import AddressField, LineField, MultilineField, SmallWholeNumberField
from lib.stored_texts import TranslatedTextField


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Queries on customers."""

    def active(self) -> "CustomerQuerySet":
        return self.filter(archived_at=None)

    def archived(self) -> "CustomerQuerySet":
        return self.exclude(archived_at=None)

    def matching(self, text: str) -> "CustomerQuerySet":
        """Filter the customers with the text in name, number or city."""
        return self.filter(
            models.Q(name__icontains=text)
            | models.Q(number__icontains=text)
            | models.Q(city__icontains=text)
        )


class Customer(KeepsLoaded):
    """A customer. The number is the relation code in e-Boekhouden, at most 15 characters."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="customers"
    )
    number = LineField(_("customer number"), max_length=15)
    name = LineField(_("name"), max_length=100)
    is_business = models.BooleanField(_("business"), default=True)
    contact_name = LineField(_("contact person"), max_length=50, blank=True)
    email = AddressField(_("e-mail address"), max_length=150, blank=True)
    phone = LineField(_("phone"), max_length=50, blank=True)
    address = LineField(_("street and number"), max_length=150, blank=True)
    postal_code = LineField(_("postal code"), max_length=50, blank=True)
    city = LineField(_("city"), max_length=50, blank=True)
    country = LineField(_("country"), max_length=50, blank=True)
    postal_address = LineField(_("postal address"), max_length=150, blank=True)
    postal_postal_code = LineField(_("postal code"), max_length=50, blank=True)
    postal_city = LineField(_("city"), max_length=50, blank=True)
    postal_country = LineField(_("country"), max_length=50, blank=True)
    coc_number = LineField(_("Chamber of Commerce number"), max_length=50, blank=True)
    vat_number = LineField(_("VAT number"), max_length=50, blank=True)
    iban = LineField(_("IBAN"), max_length=50, blank=True)
    payment_term = SmallWholeNumberField(
        _("payment term"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(365)],
        help_text=_("In days; empty: the payment term of Settings → Invoices."),
    )
    hourly_rate = models.DecimalField(
        _("hourly rate"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("In euros excl. VAT, for projects billed by customer rate."),
    )
    vat_rate = models.ForeignKey(
        "vat.VatRate",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("VAT rate"),
        help_text=_("Empty: the default rate of Settings → VAT rates."),
    )
    language = models.CharField(
        _("language of invoices and letters"),
        max_length=2,
        choices=Language,
        blank=True,
        default="",
        db_default="",
        help_text=_("Empty: the language of the organisation."),
    )
    notes = MultilineField(_("notes"), blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    # The id of the relation in e-Boekhouden, once the relation is known to exist.
    remote_id = models.BigIntegerField(null=True, editable=False)
    # The code of that relation, to the letter: the service may compare codes exactly.
    remote_code = models.CharField(
        max_length=15, blank=True, default="", db_default="", editable=False
    )
    # The values of the last import, by field: they distinguish local changes from remote ones.
    imported = models.JSONField(default=dict, editable=False)
    imported_at = models.DateTimeField(null=True, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint("organisation", Lower("number"), name="unique_customer_number"),
            models.UniqueConstraint(
                fields=["organisation", "remote_id"],
                condition=models.Q(remote_id__isnull=False),
                name="unique_customer_relation",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "name"])]

    def __str__(self) -> str:
        return self.name

    @property
    def document_language(self) -> str:
        """The language of its invoices, reminders and e-mails."""
        return self.language or self.organisation.language

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def is_in_eboekhouden(self) -> bool:
        """True if the relation was found in, or added to, e-Boekhouden."""
        return self.remote_id is not None

    @property
    def relation_code(self) -> str:
        """The code to name this customer by to e-Boekhouden: the relation's own, once known."""
        return self.remote_code if self.remote_id is not None and self.remote_code else self.number


class Contact(models.Model):
    """A contact person of a customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    name = LineField(_("name"), max_length=100)
    email = AddressField(_("e-mail address"), blank=True)
    phone = LineField(_("phone"), max_length=50, blank=True)
    receives_invoices = models.BooleanField(_("receives invoices"), default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ImportMode(models.TextChoices):
    """Permission of an import to change existing customers."""

    ONLY_NEW = "only_new", _("Only add new ones")
    UPDATE = "update", _("Add new ones and update existing ones")


class ImportRun(Run):
    """One import of customers, started by a person or at night, with its result for every row."""

    TASK = "customers.tasks.run_import"
    MAX_ATTEMPTS = 4
    INTERRUPTED = _(
        "The import was interrupted %(count)s times. Contact your system administrator, then "
        "start it again."
    )

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="import_runs"
    )
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    mode = models.CharField(max_length=8, choices=ImportMode, default=ImportMode.UPDATE)
    total = models.PositiveIntegerField(null=True)
    done = models.PositiveIntegerField(default=0)

    class Meta(Run.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(state__in=["queued", "running"]),
                name="unique_running_import",
            )
        ]

    def counts(self) -> dict[str, int]:
        """Return the number of rows by outcome, with all outcomes."""
        found = dict(self.rows.order_by().values_list("outcome").annotate(models.Count("pk")))
        return {outcome: found.get(outcome, 0) for outcome in ImportOutcome.values}


class ImportOutcome(models.TextChoices):
    """The result of one relation in an import."""

    NEW = "new", _("New")
    UPDATED = "updated", _("Updated")
    CONFLICT = "conflict", _("Differs")
    UNCHANGED = "unchanged", _("Unchanged")
    SKIPPED = "skipped", _("Skipped")


class ImportRow(models.Model):
    """One relation in an import: the result and its reason."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    remote_id = models.BigIntegerField(default=0)
    number = LineField(max_length=50)
    name = LineField(max_length=200)
    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(max_length=9, choices=ImportOutcome)
    reason = TranslatedTextField(longest=300, blank=True)
    # Old and new value by field.
    changes = models.JSONField(default=dict)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="unique_import_row")
        ]
        indexes = [models.Index(fields=["run", "outcome", "position"])]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

"""The invoice settings of an organisation, and its number series."""

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, Organisation
from audit.changes import KeepsLoaded
from lib.model_fields import LineField, MultilineField, SmallWholeNumberField


class Design(models.TextChoices):
    """The design of a PDF: the name of a template in templates/billing/documents/pdf."""

    MODERN = "modern", _("Modern")
    CLASSIC = "classic", _("Classic")
    COMPACT = "compact", _("Compact")


PREFIX = RegexValidator(r"^[A-Za-z0-9-]{0,10}$", _("Use at most ten letters, digits and dashes."))


class InvoiceSettings(KeepsLoaded):
    """The settings for invoices; a number is prefix, year and count."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="invoice_settings"
    )
    prefix = LineField(
        _("prefix of invoices created here"), max_length=10, blank=True, validators=[PREFIX]
    )
    eboekhouden_prefix = LineField(
        _("prefix of invoices created in e-Boekhouden"),
        max_length=10,
        default="TC",
        validators=[PREFIX],
        help_text=_("Do not use this series in e-Boekhouden itself."),
    )
    payment_term = SmallWholeNumberField(
        _("payment term"),
        default=30,
        validators=[MaxValueValidator(365)],
        help_text=_("In days; customers may have their own."),
    )
    footer = MultilineField(_("text below the invoice"), blank=True)
    footer_en = MultilineField(
        _("text below the invoice, English"),
        blank=True,
        default="",
        db_default="",
        help_text=_("Empty: the other text, on English invoices too."),
    )
    design = models.CharField(_("design"), max_length=7, choices=Design, default=Design.MODERN)
    payment_code = models.BooleanField(
        _("QR code for payment"),
        default=False,
        help_text=_("Read by banking apps that know the European code; not all Dutch ones do."),
    )
    # Used by the language of the invoice; empty means the default text.
    mail_subject_nl = LineField(_("subject, Dutch"), max_length=150, blank=True)
    mail_body_nl = MultilineField(_("text, Dutch"), blank=True)
    mail_subject_en = LineField(_("subject, English"), max_length=150, blank=True)
    mail_body_en = MultilineField(_("text, English"), blank=True)
    # Names of mailing.Extra: what is attached besides the PDF by default.
    mail_extras = models.JSONField(_("with the PDF"), default=list, blank=True)

    def footer_in(self, language: str) -> str:
        """Return the text below an invoice in its language, or the only text there is."""
        in_english = self.footer_en if language == Language.ENGLISH else ""
        return in_english.strip() or self.footer.strip()

    def __str__(self) -> str:
        return str(self.organisation)


class NumberSeries(models.Model):
    """The last number assigned in a series and year; raised when an invoice becomes final."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="number_series"
    )
    prefix = LineField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "prefix", "year"], name="unique_number_series"
            )
        ]

    def __str__(self) -> str:
        return self.number(self.last)

    def number(self, count: int) -> str:
        """Return the number of the invoice with this place in the series."""
        return f"{self.prefix}{self.year}-{count:04d}"

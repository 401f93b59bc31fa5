"""Issued documents: the files of an invoice, and the e-mails that carried them."""

import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .invoice import Invoice


class FileKind(models.TextChoices):
    """The kind of file of an invoice."""

    PDF = "pdf", "PDF"
    UBL = "ubl", "UBL"
    DATA = "data", _("Data")


def folder_of(file: "InvoiceFile", name: str) -> str:
    """Return the path of a file, with a name that cannot be guessed."""
    return f"invoices/{file.invoice.organisation_id}/{uuid.uuid4().hex}-{name}"


class KeptForever(Exception):
    """An issued document is never changed or deleted (art. 52 AWR)."""


class InvoiceFileQuerySet(models.QuerySet["InvoiceFile"]):
    """Files that can only be added."""

    def update(self, **fields: object) -> int:
        raise KeptForever

    def delete(self) -> tuple[int, dict[str, int]]:
        raise KeptForever


class InvoiceFile(models.Model):
    """A file of a final invoice, made once and never changed; `sha256` proves it."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=4, choices=FileKind)
    file = models.FileField(upload_to=folder_of, max_length=200)
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    objects = InvoiceFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "kind"], name="unique_invoice_file_kind"),
        ]

    def __str__(self) -> str:
        return str(self.file.name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise KeptForever
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise KeptForever


class MailState(models.TextChoices):
    """The state of an e-mail; `sending` for too long becomes failed: its worker died."""

    SENDING = "sending", _("In progress")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")


class MailKind(models.TextChoices):
    """The purpose of an e-mail."""

    INVOICE = "invoice", _("Invoice")
    REMINDER = "reminder", _("Reminder")


class InvoiceMail(models.Model):
    """An e-mail with an invoice, stored before it is sent so that it is not sent twice.

    It is kept as it was sent; only `state`, `reason` and `refused` record its result.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="mails")
    # Created with the form: a form that is posted twice sends one e-mail.
    key = models.UUIDField(default=uuid.uuid4)
    kind = models.CharField(max_length=8, choices=MailKind, default=MailKind.INVOICE)
    to = models.CharField(max_length=320)
    cc = models.CharField(max_length=320, blank=True)
    bcc = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    # Of every file: name, size in bytes, sha256.
    attachments = models.JSONField(default=list)
    state = models.CharField(max_length=7, choices=MailState, default=MailState.SENDING)
    # Why it failed: a name of mailing.REASONS.
    reason = models.CharField(max_length=30, blank=True)
    # Addresses that the mail server refused, while it accepted the others.
    refused = models.CharField(max_length=320, blank=True)
    started_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "key"], name="unique_invoice_mail_key"),
            models.UniqueConstraint(
                fields=["invoice"],
                condition=models.Q(state="sending"),
                name="unique_invoice_mail_sending",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new e-mail. Raises ValueError afterwards: a sent e-mail does not change."""
        if self.pk:
            raise ValueError("an e-mail that was sent does not change")
        super().save(*args, **kwargs)

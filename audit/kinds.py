"""What is recorded: the kinds of things, and what is done with them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Retention(models.TextChoices):
    """How long an entry is kept: seven years as the books (art. 52 AWR), or a year."""

    BOOKS = "books", _("seven years")
    LOGINS = "logins", _("one year")


class Kind(models.TextChoices):
    """What a change is about, as the log calls it."""

    LOGIN = "login", pgettext_lazy("kind of entry", "Login")
    ACCESS = "access", _("Login details")
    PERSON = "person", _("Employee")
    INVITATION = "invitation", _("Invitation")
    RIGHTS = "rights", _("Rights")
    ORGANISATION = "organisation", _("Organisation")
    SETTINGS = "settings", _("Settings")
    CUSTOMER = "customer", _("Customer")
    PROJECT = "project", _("Project")
    CATALOGUE = "catalogue", _("Task, category or vehicle")
    RATE = "rate", _("Rate")
    VAT_RATE = "vat_rate", _("VAT rate")
    REGISTRATION = "registration", _("Registration")
    LEAVE = "leave", _("Leave")
    INVOICE = "invoice", _("Invoice")
    PAYMENT = "payment", _("Payment")
    VAT_RETURN = "vat_return", _("VAT return")
    BOOKING = "booking", _("Booking")
    CONNECTION = "connection", _("Connection")
    IMPORT = "import", pgettext_lazy("kind of entry", "Import")
    EXPORT = "export", pgettext_lazy("kind of entry", "Export")


class Action(models.TextChoices):
    """What was done."""

    ADDED = "added", pgettext_lazy("what was done", "added")
    CHANGED = "changed", pgettext_lazy("what was done", "changed")
    DELETED = "deleted", pgettext_lazy("what was done", "deleted")
    PUT_BACK = "put_back", pgettext_lazy("what was done", "put back")
    ARCHIVED = "archived", pgettext_lazy("what was done", "archived")
    RESTORED = "restored", pgettext_lazy("what was done", "restored")
    ACTIVATED = "activated", pgettext_lazy("what was done", "activated")
    DEACTIVATED = "deactivated", pgettext_lazy("what was done", "deactivated")
    LOGGED_IN = "logged_in", pgettext_lazy("what was done", "logged in")
    LOGGED_OUT = "logged_out", pgettext_lazy("what was done", "logged out")
    LOGIN_FAILED = "login_failed", pgettext_lazy("what was done", "login failed")
    SESSIONS_ENDED = "sessions_ended", pgettext_lazy("what was done", "sessions ended")
    INVITED = "invited", pgettext_lazy("what was done", "invited")
    ACCEPTED = "accepted", pgettext_lazy("what was done", "accepted")
    DECLINED = "declined", pgettext_lazy("what was done", "declined")
    SUBMITTED = "submitted", pgettext_lazy("what was done", "submitted")
    TAKEN_BACK = "taken_back", pgettext_lazy("what was done", "taken back")
    APPROVED = "approved", pgettext_lazy("what was done", "approved")
    REJECTED = "rejected", pgettext_lazy("what was done", "rejected")
    REOPENED = "reopened", pgettext_lazy("what was done", "reopened")
    MARKED_INVOICED = "marked_invoiced", pgettext_lazy("what was done", "marked as invoiced")
    WRITTEN_OFF = "written_off", pgettext_lazy("what was done", "written off")
    PRICED_AGAIN = "priced_again", pgettext_lazy("what was done", "priced again")
    DRAFTED = "drafted", pgettext_lazy("what was done", "draft created")
    FINALISED = "finalised", pgettext_lazy("what was done", "finalised")
    SENT = "sent", pgettext_lazy("what was done", "sent")
    NOT_SENT = "not_sent", pgettext_lazy("what was done", "not sent")
    CREDITED = "credited", pgettext_lazy("what was done", "credited")
    PAID = "paid", pgettext_lazy("what was done", "paid")
    CANCELLED = "cancelled", pgettext_lazy("what was done", "cancelled")
    QUEUED = "queued", pgettext_lazy("what was done", "queued")
    RETRIED = "retried", pgettext_lazy("what was done", "booked again")
    LINKED = "linked", pgettext_lazy("what was done", "linked")
    CHECKED = "checked", pgettext_lazy("what was done", "checked again")
    BOOKED = "booked", pgettext_lazy("what was done", "booked")
    REFUSED = "refused", pgettext_lazy("what was done", "refused")
    FILED = "filed", pgettext_lazy("what was done", "marked as filed")
    WITHDRAWN = "withdrawn", pgettext_lazy("what was done", "withdrawn")
    SWITCHED_ON = "switched_on", pgettext_lazy("what was done", "switched on")
    SWITCHED_OFF = "switched_off", pgettext_lazy("what was done", "switched off")
    PAUSED = "paused", pgettext_lazy("what was done", "paused")
    RESUMED = "resumed", pgettext_lazy("what was done", "resumed")
    STARTED = "started", pgettext_lazy("what was done", "started")
    FINISHED = "finished", pgettext_lazy("what was done", "finished")
    UNDONE = "undone", pgettext_lazy("what was done", "undone")
    EXPORTED = "exported", pgettext_lazy("what was done", "exported")


OF_LOGINS = frozenset({Kind.LOGIN, Kind.ACCESS})
# What the filter "Money only" shows.
MONEY = frozenset(
    {
        Kind.RATE,
        Kind.VAT_RATE,
        Kind.INVOICE,
        Kind.PAYMENT,
        Kind.VAT_RETURN,
        Kind.BOOKING,
    }
)


def retention_of(kind: str) -> Retention:
    """Return how long an entry of this kind is kept."""
    return Retention.LOGINS if kind in OF_LOGINS else Retention.BOOKS

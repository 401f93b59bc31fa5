"""Celery tasks of registrations."""

from celery import shared_task
from django.utils import timezone

from lib import kept_uploads

from .approving import decision_mails
from .progress import budget_warnings


@shared_task
def purge_kept_uploads() -> int:
    """Delete the uploads that were kept for forms with an error for more than a day."""
    return kept_uploads.purge(now=timezone.now())


@shared_task
def mail_decisions() -> int:
    """Mail people what was decided about their registrations; once a day each."""
    return decision_mails.mail_decisions(now=timezone.now())


@shared_task
def warn_of_budgets() -> int:
    """Mail project managers whose budgets passed a percentage; once for each."""
    return budget_warnings.warn_of_budgets(now=timezone.now())

"""Celery tasks of accounts."""

from celery import shared_task

from lib.clock import database_now

from . import mails
from .login.sessions import purge_sessions as purge_ended_sessions


@shared_task(ignore_result=True)
def send_account_mails() -> int:
    """Send the mails about accounts that are due; on request and every minute."""
    return mails.send_waiting(now=database_now())


@shared_task(ignore_result=True)
def purge_sessions() -> int:
    """Delete what is left of sessions that ended; every night."""
    return purge_ended_sessions()

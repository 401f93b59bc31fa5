"""Celery tasks of operations."""

from celery import shared_task
from django.utils import timezone

from . import heartbeats, watching


@shared_task(ignore_result=True)
def send_heartbeat() -> None:
    """Ask HEARTBEAT_URL_BEAT; every two minutes."""
    heartbeats.ping_beat()


@shared_task(ignore_result=True)
def watch_installation() -> None:
    """Mail OPERATOR_EMAIL what goes wrong and what is right again; every five minutes."""
    watching.watch(now=timezone.now())

"""Celery tasks of operations."""

from celery import shared_task

from . import heartbeats


@shared_task(ignore_result=True)
def send_heartbeat() -> None:
    """Ask HEARTBEAT_URL_BEAT; every two minutes."""
    heartbeats.ping_beat()

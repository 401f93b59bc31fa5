"""Record when a backup was last made, and when one was last proven by restoring it."""

import datetime
from typing import Any

import structlog
from django.db import DatabaseError, transaction

from .models import Proof, ProofKind

log = structlog.get_logger(__name__)
MOST_LETTERS = 1000


def note_success(kind: ProofKind, *, now: datetime.datetime, **facts: Any) -> None:
    """Record a success. A database that cannot take it is logged: the success remains one."""
    _store(kind, {"good_at": now, "tried_at": now, "facts": facts, "problem": ""})


def note_failure(kind: ProofKind, problem: str, *, now: datetime.datetime) -> None:
    """Record a failure; the latest success stays."""
    _store(kind, {"tried_at": now, "problem": problem[:MOST_LETTERS]})


def proofs() -> dict[str, Proof]:
    """Return what is recorded, by kind."""
    return {proof.kind: proof for proof in Proof.objects.all()}


def _store(kind: ProofKind, values: dict[str, Any]) -> None:
    try:
        with transaction.atomic():
            Proof.objects.update_or_create(kind=kind, defaults=values)
    except DatabaseError as error:
        log.warning("proof.not_recorded", kind=str(kind), error=type(error).__name__)

"""What was looked at, as a line in words."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


class Level(StrEnum):
    """Whether somebody must do something."""

    GOOD = "good"
    REMARK = "remark"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: title, sentence, what it is about, and when it was so."""

    level: Level
    title: str | Promise
    text: str | Promise = ""
    about: str = ""
    seen_at: datetime.datetime | None = None

    def __str__(self) -> str:
        return f"{self.title}. {self.text}".strip()


def needs_somebody(findings: list[Finding]) -> bool:
    return any(finding.level is Level.TROUBLE for finding in findings)

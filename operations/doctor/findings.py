"""What was looked at, as a line in words."""

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
    """One thing that was looked at: a title, a sentence, and what it is about."""

    level: Level
    title: str | Promise
    text: str | Promise = ""
    about: str = ""

    def __str__(self) -> str:
        return f"{self.title}. {self.text}".strip()


def needs_somebody(findings: list[Finding]) -> bool:
    return any(finding.level is Level.TROUBLE for finding in findings)

"""The findings of the law check: text, severity, and the object and field to fix."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error stops an invoice from becoming final; a warning is only shown."""

    ERROR = "error"
    WARNING = "warning"


class Where(StrEnum):
    """The kind of object that must be fixed."""

    ORGANISATION = "organisation"
    CUSTOMER = "customer"
    DRAFT = "draft"
    VAT_RATE = "vat_rate"
    INVOICE_SETTINGS = "invoice_settings"


@dataclass(frozen=True)
class Place:
    """The object to fix, its field if it is one field, and its id unless the invoice implies it."""

    where: Where
    field: str = ""
    pk: int | None = None


@dataclass(frozen=True)
class Finding:
    """One violation of a rule, with a sentence that says what is wrong."""

    text: str
    place: Place
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


@dataclass(frozen=True)
class Findings:
    """All findings of a check, in the order of the rules."""

    all: tuple[Finding, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.all if finding.is_error)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.all if not finding.is_error)

    @property
    def reason(self) -> str:
        """All errors in one text; empty if the invoice may become final."""
        return " ".join(finding.text for finding in self.errors)

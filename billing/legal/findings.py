"""What a rule says of an invoice that does not keep it: what, how grave, and where to mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error stops an invoice from becoming final; a warning is said and goes on."""

    ERROR = "error"
    WARNING = "warning"


class Where(StrEnum):
    """The page where something can be mended."""

    ORGANISATION = "organisation"
    CUSTOMER = "customer"
    DRAFT = "draft"
    VAT_RATE = "vat_rate"


@dataclass(frozen=True)
class Place:
    """A page, the field on it if it is one field, and the row if the invoice does not say which."""

    where: Where
    field: str = ""
    pk: int | None = None


@dataclass(frozen=True)
class Finding:
    """One rule that is not kept, in a sentence that says what is wrong."""

    text: str
    place: Place
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


@dataclass(frozen=True)
class Findings:
    """Everything that was found, in the order of the rules."""

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

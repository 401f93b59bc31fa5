"""The VAT rates of an organisation: the standard Dutch set, the default rate, changes and ends."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, ProtectedError, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import Organisation
from audit.changes import Changes, change, contents, differences
from audit.kinds import Action, Kind
from audit.recording import Rows, record, record_changes
from lib.days import ONE_DAY

from .models import VatRate
from .treatments import VatTreatment, default_code


class RateInUse(Exception):
    """The rate is in use: it cannot be deleted, only ended."""


class DefaultRateRequired(Exception):
    """The default rate cannot be removed: another rate must become the default first."""


@dataclass(frozen=True)
class StandardRate:
    """A rate that every new organisation gets."""

    name: str | Promise
    percentage: int
    treatment: VatTreatment
    code: str


# The first one is the default rate.
STANDARD_RATES = (
    StandardRate(_("High 21%"), 21, VatTreatment.DOMESTIC, "HOOG_VERK_21"),
    StandardRate(_("Low 9%"), 9, VatTreatment.DOMESTIC, "LAAG_VERK_9"),
    StandardRate(_("Reverse-charged"), 0, VatTreatment.REVERSE_CHARGE, "VERL_VERK"),
    StandardRate(_("Goods within the EU"), 0, VatTreatment.EU_GOODS, "BI_EU_VERK"),
    StandardRate(_("Services within the EU"), 0, VatTreatment.EU_SERVICES, "BI_EU_VERK_D"),
    StandardRate(_("Goods outside the EU"), 0, VatTreatment.EXPORT, "BU_EU_VERK"),
    StandardRate(_("Services outside the EU"), 0, VatTreatment.WORLD_SERVICES, "GEEN"),
    StandardRate(_("Exempt or no VAT"), 0, VatTreatment.EXEMPT, "GEEN"),
    StandardRate(_("Small-business scheme (KOR)"), 0, VatTreatment.SMALL_BUSINESS, "GEEN"),
)

CODE_MEANINGS = {
    "HOOG_VERK_21": _("high rate, 21%"),
    "LAAG_VERK_9": _("low rate, 9%"),
    "HOOG_VERK": _("high rate, old code"),
    "LAAG_VERK": _("low rate, old code"),
    "VERL_VERK": _("reverse-charged in the Netherlands, high rate"),
    "VERL_VERK_L9": _("reverse-charged in the Netherlands, low rate"),
    "AFW_VERK": _("another rate"),
    "BU_EU_VERK": _("outside the EU"),
    "BI_EU_VERK": _("goods within the EU"),
    "BI_EU_VERK_D": _("services within the EU"),
    "AFST_VERK": _("distance sales within the EU"),
    "GEEN": _("no VAT"),
}


@transaction.atomic
def create_standard_rates(organisation: Organisation) -> list[VatRate]:
    """Create the missing rates of STANDARD_RATES, named in the organisation's language.

    A rate is not missing when another rate has its treatment and percentage, or its name. Returns
    the rates that were created.
    """
    existing = list(organisation.vat_rates.all())
    names = {rate.name for rate in existing}
    with override(organisation.language):
        missing = [
            _from_standard(organisation, standard, position=position)
            for position, standard in enumerate(STANDARD_RATES, start=1)
            if not _is_among(standard, existing) and str(standard.name) not in names
        ]
    made = VatRate.objects.bulk_create(missing)
    if default_rate(organisation) is None:
        _make_first_default(organisation)
    if made:
        rows = Rows(VatRate, [rate.pk for rate in made], labels=[rate.name for rate in made])
        record(Kind.VAT_RATE, Action.ADDED, organisation=organisation, rows=[rows])
    return made


def lacks_standard_rates(rates: Iterable[VatRate]) -> bool:
    """Return whether a rate of the standard set is missing from these."""
    existing = list(rates)
    return not all(_is_among(standard, existing) for standard in STANDARD_RATES)


def _is_among(standard: StandardRate, rates: Iterable[VatRate]) -> bool:
    return any(
        rate.treatment == standard.treatment and rate.percentage == standard.percentage
        for rate in rates
    )


def _from_standard(organisation: Organisation, standard: StandardRate, *, position: int) -> VatRate:
    return VatRate(
        organisation=organisation,
        name=str(standard.name),
        percentage=Decimal(standard.percentage),
        treatment=standard.treatment,
        code=standard.code,
        position=position,
    )


def _make_first_default(organisation: Organisation) -> None:
    first = organisation.vat_rates.filter(code=STANDARD_RATES[0].code).first()
    if first:
        _make_only_default(first)


def default_rate(organisation: Organisation) -> VatRate | None:
    """Return the default rate: it applies to every line without a rate of its own."""
    return organisation.vat_rates.filter(is_default=True).first()


@transaction.atomic
def make_default(rate: VatRate) -> None:
    """Make this rate the only default rate."""
    _make_only_default(rate)
    record(Kind.VAT_RATE, Action.CHANGED, rate, changes=change("is_default", False, True))


def _make_only_default(rate: VatRate) -> None:
    VatRate.objects.filter(organisation_id=rate.organisation_id, is_default=True).update(
        is_default=False
    )
    VatRate.objects.filter(pk=rate.pk).update(is_default=True)


@transaction.atomic
def add_rate(organisation: Organisation, *, is_default: bool = False, **details: object) -> VatRate:
    """Add a rate at the end of the list. `details` are fields of VatRate."""
    last = organisation.vat_rates.aggregate(last=Max("position"))["last"] or 0
    rate = VatRate.objects.create(organisation=organisation, position=last + 1, **details)
    _end_predecessor(rate)
    if is_default:
        _make_only_default(rate)
    changes = contents(rate, details) | (change("is_default", None, True) if is_default else {})
    record(Kind.VAT_RATE, Action.ADDED, rate, changes=changes)
    return rate


@transaction.atomic
def change_rate(rate: VatRate, *, is_default: bool, **details: object) -> None:
    """Change a rate; final invoices keep the values they copied.

    Raises DefaultRateRequired when no default rate would be left.
    """
    if not is_default and VatRate.objects.filter(pk=rate.pk, is_default=True).exists():
        raise DefaultRateRequired(str(rate))
    changes: Changes = differences(rate, details)
    VatRate.objects.filter(pk=rate.pk).update(**details)
    _end_predecessor(VatRate.objects.get(pk=rate.pk))
    if is_default:
        changes |= change("is_default", rate.before("is_default"), True)
        _make_only_default(rate)
    record_changes(Kind.VAT_RATE, rate, changes)


@transaction.atomic
def set_default_code(rate: VatRate) -> str:
    """Set the default code of treatment and percentage on a rate without a code, and return it.

    Returns an empty string when there is no default code, or when the rate already has a code.
    """
    code = default_code(rate.treatment, rate.percentage)
    without_code = VatRate.objects.filter(pk=rate.pk, code="")
    if not code or not without_code.update(code=code):
        return ""
    record(Kind.VAT_RATE, Action.CHANGED, rate, changes=change("code", "", code))
    return code


@transaction.atomic
def follow_on(
    rate: VatRate, *, name: str, percentage: Decimal, code: str, valid_from: datetime.date
) -> VatRate:
    """End a rate the day before `valid_from` and add its successor with a new percentage.

    What was supplied before that day keeps the old rate, also when it is billed later. Customers,
    tasks and expenses with the old rate need no change.
    """
    ended = differences(rate, {"valid_until": valid_from - ONE_DAY})
    VatRate.objects.filter(pk=rate.pk).update(valid_until=valid_from - ONE_DAY)
    record_changes(Kind.VAT_RATE, rate, ended)
    return add_rate(
        rate.organisation,
        is_default=rate.is_default,
        name=name,
        percentage=percentage,
        code=code,
        treatment=rate.treatment,
        valid_from=valid_from,
        replaces=rate,
    )


def _end_predecessor(rate: VatRate) -> None:
    """End the rate that this one replaces on the day before it starts; keep an earlier end."""
    if rate.replaces_id is None or rate.valid_from is None:
        return
    before = VatRate.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=rate.valid_from), pk=rate.replaces_id
    )
    before.update(valid_until=rate.valid_from - ONE_DAY)


@transaction.atomic
def delete_rate(rate: VatRate) -> None:
    """Delete a rate.

    Raises DefaultRateRequired for the default rate, and RateInUse when a line, customer, task or
    registration refers to it.
    """
    if rate.is_default:
        raise DefaultRateRequired(str(rate))
    record(Kind.VAT_RATE, Action.DELETED, rate, changes=change("percentage", rate.percentage, None))
    try:
        rate.delete()
    except ProtectedError:
        raise RateInUse(str(rate)) from None

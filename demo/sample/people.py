"""Studio Oost with its employees, and a second, new organisation."""

import datetime
from decimal import Decimal

from accounts.models import Contract, Language, Membership, Role, User
from accounts.organisations import change_organisation
from accounts.people import add_member
from billing.management.organisations import create_organisation
from billing.numbering import change_invoice_settings
from billing.reminders.settings import change_reminder_settings
from demo.home import LOGIN_EMAIL, LOGIN_PASSWORD

DETAILS = {
    "address": "Kadestraat 14",
    "postal_code": "7411 KB",
    "city": "Deventer",
    "country": "NL",
    "email": "administratie@studio-oost.example",
    "phone": "0570 55 01 20",
    "website": "www.studio-oost.example",
    "coc_number": "68412907",
    "vat_number": "NL829088981B01",
    "iban": "NL83TRIO0369178798",
    "bic": "TRIONL2U",
    "theme_colour": "#6559D2",
}
FOOTER = (
    "Op al onze werkzaamheden zijn onze algemene voorwaarden van toepassing; "
    "u vindt ze op www.studio-oost.example."
)
MAIL_BODY = """Beste {customer},

Bijgaand vindt u factuur {number} van {total}. Wilt u het bedrag voor {due_date} overmaken?

Met vriendelijke groet,
{organisation}"""
COLLEAGUES = (
    # first and last name, role, may invoice, language, euros per hour
    ("Daan", "Visser", Role.PROJECT_MANAGER, True, Language.DUTCH, "100.00"),
    ("Bram", "Jansen", Role.EMPLOYEE, False, Language.DUTCH, "95.00"),
    ("Lotte", "Bakker", Role.EMPLOYEE, False, Language.ENGLISH, "92.50"),
)

# Everybody works eight hours from Monday to Friday; these people not on Friday.
PART_TIME = {"Bram"}
HIRED = datetime.date(2026, 1, 1)


def create_studio() -> dict[str, Membership]:
    """Create Studio Oost with its settings; return its people by first name."""
    sanne = _create("Studio Oost")
    User.objects.filter(pk=sanne.user_id).update(language=Language.ENGLISH)
    sanne.user.refresh_from_db()
    Membership.objects.filter(pk=sanne.pk).update(hourly_rate=Decimal("110.00"))
    change_organisation(sanne.organisation, details=DETAILS)
    change_invoice_settings(
        sanne.organisation,
        footer=FOOTER,
        mail_subject_nl="Factuur {number} van {organisation}",
        mail_body_nl=MAIL_BODY,
    )
    change_reminder_settings(sanne.organisation, is_on=True)
    colleagues = [_join(sanne, *colleague) for colleague in COLLEAGUES]
    for member in (sanne, *colleagues):
        free = {"friday": 0} if member.user.first_name in PART_TIME else {}
        Contract.objects.create(membership=member, starts_on=HIRED, **free)
    people = Membership.objects.filter(pk__in=[sanne.pk, *(one.pk for one in colleagues)])
    return {one.user.first_name: one for one in people.select_related("user", "organisation")}


def create_second_organisation() -> None:
    """Create a second, empty organisation with the same administrator."""
    _create("Atelier Zuid")


def _create(name: str) -> Membership:
    return create_organisation(
        name=name,
        email=LOGIN_EMAIL,
        first_name="Sanne",
        last_name="de Vries",
        language=Language.DUTCH,
        password=LOGIN_PASSWORD,
    )


def _join(
    sanne: Membership,
    first_name: str,
    last_name: str,
    role: str,
    may_invoice: bool,  # noqa: FBT001 a column of the table above
    language: str,
    rate: str,
) -> Membership:
    return add_member(
        sanne.organisation,
        email=f"{first_name.lower()}@studio-oost.example",
        first_name=first_name,
        last_name=last_name,
        language=language,
        password=LOGIN_PASSWORD,
        role=role,
        may_invoice=may_invoice,
        hourly_rate=Decimal(rate),
    )

"""Files of employees. Nobody gets an invitation from an import: Settings → Users sends it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.people import LONGEST_EMAIL
from accounts.models import Language, Membership, Role, User
from accounts.people import add_member
from audit.kinds import Action
from audit.kinds import Kind as EntryKind
from audit.recording import as_one
from lib.amounts import AmountField
from lib.form_fields import AddressField

from ..cells import Address, Amount, Choice, Text
from .base import Context, Field, Plan, ReadRow
from .records import RecordKind

FIELDS = (
    Field("email", gettext_lazy("E-mail address"),
          Address(AddressField(max_length=LONGEST_EMAIL)),
          ("e-mail", "email", "e-mailadres", "mail", "gebruikersnaam", "user name"),
          is_required=True, example="lotte@studio-oost.example"),
    Field("first_name", gettext_lazy("First name"),
          Text(User._meta.get_field("first_name").formfield()),
          ("voornaam", "first name", "naam", "name"), is_required=True, example="Lotte"),
    Field("last_name", gettext_lazy("Last name"),
          Text(User._meta.get_field("last_name").formfield()),
          ("achternaam", "last name", "surname"), example="Bakker"),
    Field("role", gettext_lazy("Role"),
          Choice({Role.EMPLOYEE: ("medewerker", "employee", "gebruiker", "user"),
                  Role.PROJECT_MANAGER: ("projectleider", "project manager"),
                  Role.ADMINISTRATOR: ("beheerder", "administrator")},
                 {one: one.label for one in Role}),
          ("rol", "role", "functie"), example="Medewerker"),
    Field("hourly_rate", gettext_lazy("Hourly rate"), Amount(AmountField(max_digits=8)),
          ("uurtarief", "tarief", "hourly rate", "rate"), example="85,00"),
)  # fmt: skip


class EmployeesKind(RecordKind):
    """Files of employees, found by e-mail address.

    Of somebody who works here already only the rate changes: the name is theirs, and rights are
    changed under Settings → Users.
    """

    key = "employees"
    model = Membership
    key_field = "email"
    stored = ("role", "hourly_rate")

    def fields(self) -> Sequence[Field]:
        return FIELDS

    def existing(self, context: Context) -> Mapping[Any, Any]:
        people = context.organisation.memberships.select_related("user")
        return {one.user.email.lower(): one for one in people}

    def key_of(self, row: ReadRow) -> Any:
        return row.values["email"].lower()

    def cleaned(self, row: ReadRow, stored: Any, context: Context) -> dict[str, Any]:
        values = {name: value for name, value in row.values.items() if value not in ("", None)}
        values["email"] = values["email"].lower()
        if stored is None:
            return values
        names = {name: getattr(stored.user, name) for name in ("email", "first_name", "last_name")}
        row.values |= {name: text for name, text in names.items() if name in row.values}
        if "role" in values and values["role"] != stored.role:
            row.errors["role"] = _("Change the role under Settings → Users.")
        return {name: values[name] for name in ("hourly_rate",) if name in values}

    def new(self, row: ReadRow, values: dict[str, Any], context: Context) -> Any:
        rights = {name: values[name] for name in ("role", "hourly_rate") if name in values}
        return Membership(organisation=context.organisation, **rights)

    def store_new(self, plans: Iterable[Plan], context: Context) -> None:
        with as_one(EntryKind.PERSON, Action.ADDED, by=context.by):
            self._add_members(plans, context)

    def _add_members(self, plans: Iterable[Plan], context: Context) -> None:
        for plan in plans:
            values = dict(plan.row.values)
            plan.target = add_member(
                context.organisation,
                email=values["email"],
                first_name=values["first_name"],
                last_name=values.get("last_name") or "",
                language=Language(context.organisation.language),
                role=values.get("role") or Role.EMPLOYEE,
                hourly_rate=values.get("hourly_rate"),
            )

"""Forms about people: names, rights, and what people change about themselves."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lib.amounts import AmountField
from lib.form_fields import AddressField
from lib.questions import AsksQuestions
from lib.understanding import ShowsUnderstood

from ..models import Language, Membership, User

LONGEST_EMAIL = User._meta.get_field("email").max_length


class NameForm(forms.Form):
    """First and last name."""

    first_name = User._meta.get_field("first_name").formfield()
    last_name = User._meta.get_field("last_name").formfield()


class EmployeeForm(AsksQuestions, ShowsUnderstood, NameForm):
    """Name and rate. A person who also works elsewhere keeps their own choice of name.

    `other_rates` are the hourly rates of colleagues.
    """

    hourly_rate = AmountField(
        label=_("Hourly rate"),
        max_digits=8,
        required=False,
        help_text=_("In euros excl. VAT, for projects billed by employee rate."),
    )

    def __init__(
        self, *args: Any, other_rates: Iterable[Decimal | None] = (), **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.other_rates = other_rates

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        text = gettext(
            "%(amount)s is more than ten times what other employees have (%(usual)s). "
            "Is that right?"
        )
        self.ask_if_unlikely("hourly_rate", text, others=self.other_rates)
        return values

    def keep_names(self) -> None:
        """Show the names as read-only."""
        for name in NameForm.base_fields:
            self.fields[name].disabled = True
            self.fields[name].help_text = _(
                "Changing this here also changes it under My profile and in other organisations."
            )


# The rights that only a project manager can have or not; an administrator has them all.
MANAGER_RIGHTS = (
    "manages_all_projects",
    "may_see_amounts",
    "may_register_for_others",
    "may_approve",
)


class RightsForm(forms.Form):
    """Role and rights in the organisation."""

    role = Membership._meta.get_field("role").formfield()
    may_invoice = Membership._meta.get_field("may_invoice").formfield()
    manages_all_projects = Membership._meta.get_field("manages_all_projects").formfield()
    may_see_amounts = Membership._meta.get_field("may_see_amounts").formfield()
    may_register_for_others = Membership._meta.get_field("may_register_for_others").formfield()
    may_approve = Membership._meta.get_field("may_approve").formfield()

    def rights_of_managers(self) -> list[forms.BoundField]:
        """Return the fields of the rights that only a project manager can have or not."""
        return [self[name] for name in MANAGER_RIGHTS]


class NewEmployeeForm(EmployeeForm, RightsForm):
    """Everything about a person who is invited."""

    email = AddressField(
        label=_("E-mail address"),
        max_length=LONGEST_EMAIL,
        help_text=_(
            "The invitation is sent to this address. An existing account keeps its name and "
            "password."
        ),
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language)

    field_order = (
        "first_name",
        "last_name",
        "email",
        "language",
        "role",
        "hourly_rate",
        "may_invoice",
        *MANAGER_RIGHTS,
    )


class ProfileForm(NameForm):
    """Name and language of the person who is logged in."""

    language = forms.ChoiceField(label=_("Language"), choices=Language)


class EmailForm(forms.Form):
    """A new e-mail address, confirmed with the current password."""

    email = AddressField(label=_("New e-mail address"), max_length=LONGEST_EMAIL)
    password = forms.CharField(
        label=_("Current password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        if email == self.user.email:
            raise forms.ValidationError(_("This is the address you have now."))
        return email

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self.user, password):
            raise forms.ValidationError(_("This is not your current password."))
        return password

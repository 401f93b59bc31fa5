"""The settings form of the connection with e-Boekhouden."""

from typing import Any

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.form_fields import LineField

from .connecting import SETTINGS, CredentialsInput
from .eboekhouden.facts.limits import CREDENTIALS, INVOICE
from .ledger import LedgerAccountField
from .models import Connection, LedgerAccount, Numbering


def code_field(label: Any, length: int) -> forms.CharField:
    """Return a field that never shows its value."""
    widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
    return LineField(label=label, max_length=length, required=False, widget=widget)


class ConnectionForm(forms.Form):
    """All fields of the settings page; the two codes are never shown."""

    username = LineField(
        label=gettext_lazy("Username"),
        max_length=CREDENTIALS["username"],
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    code_1 = code_field(gettext_lazy("Security code 1"), CREDENTIALS["security_code_1"])
    code_2 = code_field(gettext_lazy("Security code 2"), CREDENTIALS["security_code_2"])
    template = LineField(
        label=gettext_lazy("Invoice template"),
        max_length=INVOICE["template"],
        required=False,
        help_text=gettext_lazy("The exact name of a template in e-Boekhouden."),
    )
    ledger_account = LedgerAccountField(
        label=gettext_lazy("Ledger account"),
        category="VW",
        help_text=gettext_lazy(
            "Enter only the number. Tasks and categories may have their own ledger account."
        ),
    )
    debtor_account = LedgerAccountField(
        label=gettext_lazy("Debtors account"),
        category="DEB",
        required=True,
        help_text=gettext_lazy("For sales entries; usually 1300."),
    )
    numbering = forms.ChoiceField(
        label=gettext_lazy("Invoice numbers"),
        choices=Numbering,
        help_text=gettext_lazy(
            "With our own numbers, we can always trace a booking after a lost answer. If "
            "e-Boekhouden assigns the number, we can only search for our reference. We then do "
            "not recognise an invoice that was changed in the meantime, and you decide."
        ),
    )
    book_at_once = forms.BooleanField(
        label=gettext_lazy("Also book invoices in the ledger immediately"),
        required=False,
        help_text=gettext_lazy(
            "Off: an invoice created in e-Boekhouden is not in the ledger until you book it in "
            "e-Boekhouden."
        ),
    )
    nightly_import = forms.BooleanField(
        label=gettext_lazy("Import customers every night"), required=False
    )

    def __init__(self, data: Any = None, *, connection: Connection) -> None:
        initial = {name: getattr(connection, name) for name in ("username", *SETTINGS)}
        super().__init__(data, initial=initial)
        accounts = list(connection.ledger_accounts.all())
        ledger = self.fields["ledger_account"]
        if isinstance(ledger, LedgerAccountField):
            ledger.offer(accounts)
        debtors = [account for account in accounts if account.category == "DEB"]
        self._offer_debtors(debtors, stored=connection.debtor_account)
        for name in ("code_1", "code_2"):
            self.fields[name].widget.attrs["placeholder"] = _placeholder(connection, name)

    def _offer_debtors(self, debtors: list[LedgerAccount], *, stored: str) -> None:
        """Offer the debtors accounts of e-Boekhouden; one that is not among them is no choice.

        Without an empty choice the browser would select the first account instead of that one.
        """
        if not debtors:
            return
        choices = [(account.code, f"{account.code} · {account.name}") for account in debtors]
        shown = self.data.get("debtor_account", stored) if self.is_bound else stored
        if shown not in {account.code for account in debtors}:
            text = _("%(code)s is not in e-Boekhouden: choose another account")
            choices.insert(0, ("", text % {"code": shown} if shown else _("Choose an account")))
        self.fields["debtor_account"] = forms.ChoiceField(
            label=self.fields["debtor_account"].label,
            choices=choices,
            help_text=self.fields["debtor_account"].help_text,
        )

    @property
    def may_be_tested(self) -> bool:
        """True if username and codes are valid, whatever the other fields contain."""
        return not {"username", "code_1", "code_2"} & set(self.errors)

    @property
    def has_new_codes(self) -> bool:
        """True if the username or a code would be replaced."""
        return bool({"username", "code_1", "code_2"} & set(self.changed_data))

    def typed(self) -> CredentialsInput:
        """Return username and codes; also of a form with errors in other fields."""
        values = (self.cleaned_data.get(name, "") for name in ("username", "code_1", "code_2"))
        return CredentialsInput(*values)

    def settings(self) -> dict[str, object]:
        """Return the other values of a valid form."""
        return {name: self.cleaned_data[name] for name in SETTINGS}


def _placeholder(connection: Connection, name: str) -> str:
    if not getattr(connection, f"sealed_{name}") or connection.codes_set_at is None:
        return ""
    by = connection.codes_set_by
    return _("set on %(day)s by %(who)s · leave empty to keep") % {
        "day": f"{localtime(connection.codes_set_at):%d-%m-%Y}",
        "who": by.first_name if by else _("someone"),
    }

"""Ledger account numbers as people type or paste them: the form field for them."""

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Organisation

from .models import LedgerAccount

MAX_DIGITS = 10
ONLY_DIGITS = re.compile(rf"\d{{1,{MAX_DIGITS}}}", re.ASCII)
# A number with a name before or after it, but no part of a longer number or of an amount.
FIRST = re.compile(rf"\W*(\d{{1,{MAX_DIGITS}}})(?![\w.,]*\d)\b", re.ASCII)
LAST = re.compile(rf"(?<![\d.,])\b(\d{{1,{MAX_DIGITS}}})\W*$", re.ASCII)


def parse_ledger_number(text: str) -> str:
    """Return the account number in a text: "8000 Omzet" gives "8000"; "" if there is none."""
    found = FIRST.match(text) or LAST.search(text)
    return found.group(1) if found else ""


def fetched_accounts(organisation: Organisation) -> list[LedgerAccount]:
    """Return the chart of accounts as last fetched from e-Boekhouden; empty if it never was."""
    return list(LedgerAccount.objects.filter(connection__organisation=organisation))


class LedgerAccountInput(forms.TextInput):
    """A text input that suggests the fetched accounts."""

    accounts: Sequence[LedgerAccount] = ()

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        """Return the input, followed by its datalist if there are accounts."""
        if not self.accounts:
            return super().render(name, value, attrs, renderer)
        list_id = f"{(attrs or {}).get('id') or f'id_{name}'}_accounts"
        field = super().render(name, value, {**(attrs or {}), "list": list_id}, renderer)
        options = format_html_join(
            "",
            '<option value="{}">{}</option>',
            ((a.code, str(a)) for a in self.accounts),
        )
        return format_html("{}<datalist{}>{}</datalist>", field, flatatt({"id": list_id}), options)


class LedgerAccountField(forms.CharField):
    """The number of a ledger account. A number with a name is refused and comes back corrected.

    `offer()` gives it the chart of accounts; without one, every number is accepted. After `clean`
    refused a pasted name, `corrected` is the number that the form shows instead. `category` limits
    it to one kind of account, in the service's word: VW for profit and loss, DEB for debtors.
    """

    widget = LedgerAccountInput

    def __init__(self, *, required: bool = False, category: str = "", **options: Any) -> None:
        self.corrected = ""
        self.category = category
        self.accounts: list[LedgerAccount] = []
        # Longer than a number, so that a pasted name gets the helpful error.
        super().__init__(required=required, max_length=200, **options)
        self.widget.attrs.update(autocomplete="off", inputmode="numeric")

    def offer(self, accounts: Iterable[LedgerAccount]) -> None:
        """Suggest these accounts, and accept no others if there are any."""
        self.accounts = list(accounts)
        self.widget.accounts = self._of_category()

    def clean(self, value: str | None) -> str:
        """Return the number, or "" if it may be empty. Raises ValidationError with what to do."""
        self.corrected = ""
        text = super().clean(value)
        if not text:
            return ""
        if not ONLY_DIGITS.fullmatch(text):
            raise ValidationError(self._correction(text), code="not_a_number")
        if self.accounts:
            self._look_up(text)
        return text

    def _look_up(self, number: str) -> None:
        account = next((a for a in self.accounts if a.code == number), None)
        if account is None:
            raise ValidationError(self._not_in_chart(number), code="unknown_account")
        if account not in self._of_category():
            raise ValidationError(self._other_kind(account), code="other_kind")

    def _of_category(self) -> list[LedgerAccount]:
        return [a for a in self.accounts if not self.category or a.category == self.category]

    def bound_data(self, data: str | None, initial: str | None) -> str | None:
        """Return the value to show again: the corrected number instead of the pasted text."""
        return self.corrected or super().bound_data(data, initial)

    def _correction(self, text: str) -> str:
        self.corrected = parse_ledger_number(text)
        if not self.corrected:
            return _("Enter only the number of the ledger account, such as 8000.")
        return _("Only the number: %(number)s. We changed it for you. Check it and save.") % {
            "number": self.corrected
        }

    def _not_in_chart(self, number: str) -> str:
        near = nearest_accounts(number, self._of_category())
        return _(
            "Ledger account %(number)s is not in the chart of accounts. Did you mean %(near)s? If "
            "not, fetch the chart again under Settings → e-Boekhouden."
        ) % {"number": number, "near": ", ".join(map(str, near)) or "–"}

    def _other_kind(self, account: LedgerAccount) -> str:
        kind = {
            "VW": _("a profit and loss account, such as turnover"),
            "DEB": _("a debtors account"),
        }.get(self.category, self.category)
        near = ", ".join(map(str, self._of_category()[:3])) or "–"
        return _("%(account)s is not %(kind)s. Choose another one: %(near)s.") % {
            "account": account,
            "kind": kind,
            "near": near,
        }


def nearest_accounts(number: str, accounts: Sequence[LedgerAccount]) -> list[LedgerAccount]:
    """Return the three accounts whose numbers are most similar to this one."""

    def distance(account: LedgerAccount) -> tuple[int, int]:
        pairs = zip(account.code, number, strict=False)
        alike = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
        return -alike, abs(int(account.code) - int(number)) if account.code.isdecimal() else 0

    return sorted(accounts, key=distance)[:3]

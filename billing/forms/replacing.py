"""The form that lets a refused booking take another account, cost centre, code or template."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.eboekhouden.facts import limits
from integrations.ledger import LedgerAccountField, fetched_accounts
from integrations.models import CostCentre
from lib.form_fields import LineField
from vat.rates import CODE_MEANINGS

from ..bookings.replacements import Replaceable
from ..models import Booking


class _AccountField(LedgerAccountField):
    """A ledger account; the one that the booking has now is accepted as it is."""

    kept = ""

    def clean(self, value: str | None) -> str:
        return self.kept if (value or "").strip() == self.kept else super().clean(value)


class ReplacementForm(forms.Form):
    """One field for each account, cost centre, code and template that the booking names."""

    reason = LineField(label=gettext_lazy("Reason"), max_length=300, required=True)

    def __init__(
        self,
        data: Any = None,
        *,
        booking: Booking,
        values: Sequence[tuple[Replaceable, str, str]],
        vat_codes: Mapping[str, Sequence[str]],
    ) -> None:
        """`values`: what, the invoice's, the one sent now; `vat_codes`: those that fit."""
        super().__init__(data)
        self.booking = booking
        self._vat_codes = vat_codes
        self._about: dict[str, tuple[Replaceable, str]] = {}
        self._before: dict[str, str] = {}
        reason = self.fields.pop("reason")
        for number, (what, value, now) in enumerate(values):
            field = self._field(what, value, now)
            if field is not None:
                name = f"{what}_{number}"
                self.fields[name], self._about[name] = field, (what, value)
                self.initial[name] = self._before[name] = now
        self.fields["reason"] = reason

    @property
    def replacing(self) -> Iterator[forms.BoundField]:
        """The fields besides the reason."""
        return (self[name] for name in self._about)

    @property
    def chosen(self) -> dict[tuple[Replaceable, str], str]:
        """What is to be sent instead, for every value that is changed."""
        return {
            about: self.cleaned_data[name]
            for name, about in self._about.items()
            if self.cleaned_data[name] != self._before[name]
        }

    def clean(self) -> dict[str, Any]:
        """Require one change at least."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.chosen:
            raise ValidationError(_("Nothing is changed yet. Choose another value in one field."))
        return cleaned

    def _field(self, what: Replaceable, value: str, now: str) -> forms.Field | None:
        names = {"value": value}
        match what:
            case Replaceable.TEMPLATE:
                label = _("Template instead of %(value)s") % names
                return LineField(label=label, max_length=limits.INVOICE["template"], required=True)
            case Replaceable.COST_CENTRE:
                return self._cost_centre(value, now)
            case Replaceable.VAT_CODE:
                return self._vat_code(value)
        is_debtor = what is Replaceable.DEBTOR_ACCOUNT
        label = (
            _("Debtors account instead of %(value)s")
            if is_debtor
            else _("Ledger account instead of %(value)s")
        )
        field = _AccountField(
            label=label % names, required=True, category="DEB" if is_debtor else "VW"
        )
        field.kept = now
        field.offer(fetched_accounts(self.booking.organisation))
        return field

    def _cost_centre(self, value: str, now: str) -> forms.Field:
        centres = CostCentre.objects.filter(connection=self.booking.connection)
        choices = [(str(one.remote_id), one.name) for one in centres]
        known = dict(choices)
        if now not in known:
            choices.insert(0, (now, known.get(now, now)))
        label = _("Cost centre instead of %(value)s") % {"value": known.get(value, value)}
        return forms.ChoiceField(label=label, choices=[*choices, ("0", _("None"))])

    def _vat_code(self, value: str) -> forms.Field | None:
        """Only codes with the same percentage and treatment; no field if there is no other."""
        others = self._vat_codes.get(value, ())
        if not others:
            return None
        choices = [(code, f"{code} · {CODE_MEANINGS.get(code, '')}") for code in (value, *others)]
        label = _("VAT code instead of %(value)s") % {"value": value}
        return forms.ChoiceField(label=label, choices=choices)

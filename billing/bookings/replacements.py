"""What a booking takes instead of what its invoice says: accounts, cost centres, codes, template.

The books may lose one of these after the invoice is final. The invoice never changes; its booking
may name another one. Amounts and percentages are not replaceable.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

Payload = dict[str, Any]
# By what is replaced: the value of the invoice → the value to send.
Replacements = Mapping[str, Mapping[str, str]]


class Replaceable(StrEnum):
    """A field of the message that names something in the books."""

    TEMPLATE = "template"
    DEBTOR_ACCOUNT = "debtor_account"
    LEDGER_ACCOUNT = "ledger_account"
    COST_CENTRE = "cost_centre_id"
    VAT_CODE = "vat_code"


OF_A_LINE = (Replaceable.LEDGER_ACCOUNT, Replaceable.COST_CENTRE, Replaceable.VAT_CODE)


def replaceable_in(payload: Payload) -> list[tuple[Replaceable, str]]:
    """Return each value in the payload that can be replaced, once, in the order of the message."""
    message = payload["message"]
    head = [(what, message.get(what)) for what in Replaceable if what not in OF_A_LINE]
    lines = [(what, line.get(what)) for what in OF_A_LINE for line in message.get("lines", ())]
    return list(dict.fromkeys((what, str(value)) for what, value in head + lines if value))


def replaced(payload: Payload, replacements: Replacements) -> Payload:
    """Return the payload with these replacements."""
    if not replacements:
        return payload
    message = _with_others(payload["message"], replacements)
    lines = [_with_others(line, replacements) for line in message["lines"]]
    return {**payload, "message": {**message, "lines": lines}}


def _with_others(fields: Mapping[str, Any], replacements: Replacements) -> dict[str, Any]:
    named = [what for what in Replaceable if what in fields]
    return {
        **fields,
        **{what.value: _other(fields[what], what, replacements) for what in named},
    }


def _other(value: Any, what: Replaceable, replacements: Replacements) -> Any:
    other = replacements.get(what, {}).get(str(value or ""), "")
    if not other:
        return value
    return int(other) if what is Replaceable.COST_CENTRE else other

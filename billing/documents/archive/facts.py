"""All data of a final invoice as JSON that can be read without this program."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from ...models import Invoice

FORMAT = 1
# Fields that change after the invoice became final.
CHANGING = {
    "status",
    "credit_state",
    "credited_amount",
    "paid_amount",
    "open_amount",
    "open_seen_at",
    "paid_at",
    "sent_at",
    "sent_to",
}


def invoice_facts(invoice: Invoice) -> bytes:
    """Return invoice, lines, snapshots and totals as JSON; amounts are strings and exact."""
    facts = {
        "format": FORMAT,
        "invoice": {k: v for k, v in _columns(invoice).items() if k not in CHANGING},
        "credits_invoice": invoice.credit_of.number if invoice.credit_of else None,
        "organisation": invoice.organisation.name,
        "customer": invoice.customer.name,
        "lines": [_columns(line) for line in invoice.lines.all()],
    }
    written = json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1, sort_keys=True)
    return written.encode()


def _columns(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}

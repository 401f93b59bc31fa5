"""Valid messages, in which a test can change one field."""

from datetime import date
from decimal import Decimal
from typing import Any

from integrations.eboekhouden.messages import (
    Invoice,
    InvoiceLine,
    Relation,
    SalesEntry,
    SalesEntryLine,
)

DAY = date(2026, 11, 2)


def invoice_line(**changes: Any) -> InvoiceLine:
    values: dict[str, Any] = {
        "quantity": Decimal("7.5"),
        "unit": "Uur",
        "code": "HOURS",
        "description": "Design",
        "price": Decimal(95),
        "vat_code": "HOOG_VERK_21",
        "ledger_account": "8000",
    }
    return InvoiceLine(**values | changes)


def invoice(**changes: Any) -> Invoice:
    values: dict[str, Any] = {
        "number": "TT2026-0001",
        "relation_code": "0002",
        "date": DAY,
        "payment_term": 14,
        "template": "Factuursjabloon",
        "lines": [invoice_line()],
    }
    return Invoice(**values | changes)


def entry_line(**changes: Any) -> SalesEntryLine:
    values: dict[str, Any] = {
        "net": Decimal("100.00"),
        "vat": Decimal("21.00"),
        "gross": Decimal("121.00"),
        "vat_code": "HOOG_VERK_21",
        "vat_percentage": Decimal(21),
        "ledger_account": "8000",
    }
    return SalesEntryLine(**values | changes)


def sales_entry(**changes: Any) -> SalesEntry:
    values: dict[str, Any] = {
        "number": "TT2026-0001",
        "relation_code": "0002",
        "date": DAY,
        "payment_term": 14,
        "debtor_account": "1300",
        "description": "Invoice TT2026-0001",
        "document": "#TT7K3F9Q",
        "lines": [entry_line()],
    }
    return SalesEntry(**values | changes)


def relation(**changes: Any) -> Relation:
    values: dict[str, Any] = {"code": "0002", "name": "De Vries & Zonen B.V."}
    return Relation(**values | changes)

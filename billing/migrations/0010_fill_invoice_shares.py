"""Shares of the invoices that are final already, five hundred invoices at a time.

The rule is that of billing/reports/shares.py when this was written: later changes of it must not
change what this migration does.
"""

from collections import defaultdict
from decimal import ROUND_FLOOR, Decimal
from itertools import groupby

from django.db import migrations

COLUMNS = {"project": "project_id", "employee": "employee_id"}
CHUNK, BATCH = 500, 1000
ZERO, CENT = Decimal("0.00"), Decimal("0.01")


def fill(apps, editor):
    alias = editor.connection.alias
    invoices, lines, shares = (
        apps.get_model("billing", name).objects.using(alias)
        for name in ("Invoice", "InvoiceLine", "InvoiceShare")
    )
    ids = list(
        invoices.exclude(status="draft")
        .filter(shares=None)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        fields = share_fields(invoices.filter(pk__in=some), lines.filter(invoice__in=some))
        shares.bulk_create((shares.model(**values) for values in fields), batch_size=BATCH)


def share_fields(invoices, lines):
    for by in COLUMNS:
        sums = defaultdict(lambda: ZERO)
        for pk, key, net in shares_of(invoices, lines, by):
            sums[pk, key] += net
        for (pk, key), net in sums.items():
            yield {"invoice_id": pk, "by": by, "key": key, "cents": int(net * 100)}


def shares_of(invoices, lines, by):
    found = {row["pk"]: row for row in invoices.values("pk", "net", "discount", "vat_totals")}
    for pk, own in groupby(values_of(lines), key=lambda line: line["invoice"]):
        if invoice := found.pop(pk, None):
            yield from of_invoice(invoice, list(own), by)
    for pk, invoice in found.items():
        yield pk, None, invoice["net"]


def values_of(lines):
    taxed = ("net", "vat_percentage", "vat_code", "vat_treatment")
    rows = lines.order_by("invoice", "position", "pk")
    return rows.values("invoice", "project", "specification", *taxed).iterator(chunk_size=BATCH)


def of_invoice(invoice, lines, by):
    rest = invoice["net"]
    for line, net in nets(invoice, lines):
        rest -= net
        for key, part in divided(line, net, by):
            yield invoice["pk"], key, part
    if rest:
        yield invoice["pk"], None, rest


def nets(invoice, lines):
    """Yield every line with its net amount after the discount on the whole invoice."""
    if not invoice["discount"]:
        yield from ((line, line["net"]) for line in lines)
        return
    for rate in invoice["vat_totals"]:
        key = (Decimal(rate["percentage"]), rate["code"], rate["treatment"])
        mine = [line for line in lines if rate_of(line) == key]
        total = sum((line["net"] for line in mine), ZERO)
        if total:
            rate_net = Decimal(rate["net"])
            exact = [rate_net * line["net"] / total for line in mine]
            yield from zip(mine, divide(rate_net, exact), strict=True)
        else:
            yield from ((line, line["net"]) for line in mine)


def rate_of(line):
    return line["vat_percentage"], line["vat_code"], line["vat_treatment"]


def divided(line, net, by):
    amounts = defaultdict(lambda: ZERO)
    for row in line["specification"]:
        amounts[row.get(COLUMNS[by])] += Decimal(row["amount"])
    total = sum(amounts.values(), ZERO)
    if not total:
        return [(line["project"] if by == "project" else None, net)]
    parts = divide(net, [net * amount / total for amount in amounts.values()])
    return zip(amounts, parts, strict=True)


def divide(amount, shares):
    """Divide an amount so that the parts add up; cents left go to those that lost most."""
    parts = [share.quantize(CENT, rounding=ROUND_FLOOR) for share in shares]
    if not parts:
        return parts
    each, left = divmod(int((amount - sum(parts, ZERO)) / CENT), len(parts))
    by_loss = sorted(range(len(parts)), key=lambda i: (parts[i] - shares[i], i))
    more = set(by_loss[:left])
    return [part + CENT * (each + (i in more)) for i, part in enumerate(parts)]


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_invoice_shares")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

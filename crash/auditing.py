"""Are the books right? Own SQL and the sandbox's books; no code of the program is used here."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import dict_row

BOOKINGS = """
    SELECT b.id, b.kind, b.state, b.reason, b.code, b.natural_key AS name, b.remote_id, b.sends,
           c.number AS customer, i.gross, i.number
    FROM billing_booking b JOIN customers_customer c ON c.id = b.customer_id
    LEFT JOIN billing_invoice i ON i.id = b.invoice_id
"""
# A line counts its hours; if they were billed elsewhere too, one of the lines has too few.
LINES = """
    SELECT l.id, l.quantity * 60 AS billed, COALESCE(SUM(t.minutes), 0) AS minutes
    FROM billing_invoiceline l JOIN billing_invoice i ON i.id = l.invoice_id
    LEFT JOIN registrations_timeentry t ON t.invoice_line_id = l.id
    WHERE i.status <> 'void' GROUP BY l.id HAVING l.quantity * 60 <> COALESCE(SUM(t.minutes), 0)
"""
HOURS = """
    SELECT t.id, t.status FROM registrations_timeentry t
    LEFT JOIN billing_invoiceline l ON l.id = t.invoice_line_id
    LEFT JOIN billing_invoice i ON i.id = l.invoice_id
    WHERE (t.status = 'invoiced') <> (t.invoice_line_id IS NOT NULL) OR i.status = 'void'
"""
NUMBERS = "SELECT number FROM billing_invoice WHERE number <> ''"
SERIES = "SELECT prefix, year, last FROM billing_numberseries"
OPEN = ("queued", "blocked", "sending", "unknown", "checking")


class Finding(NamedTuple):
    """Something that is wrong; `kind` is duplicate, lost, gap, billed twice, stuck or secret."""

    kind: str
    text: str


class Remote(NamedTuple):
    """A document in the sandbox's books, of either kind, or a relation."""

    kind: str
    name: str
    customer: str
    gross: Decimal | None


def audit(
    address: str, books: dict[str, Any], *, logs: Path, secrets: list[str], told: list[str]
) -> tuple[list[Finding], Counter[str]]:
    """What is wrong, and how much there was. `told` are the numbers that people were told."""
    with psycopg.connect(address, row_factory=dict_row) as database:
        bookings = database.execute(BOOKINGS).fetchall()
        numbers = [row["number"] for row in database.execute(NUMBERS)]
        findings = [
            *against_each_other(bookings, list(remote_records(books))),
            *(Finding("billed twice", f"line {row}") for row in database.execute(LINES)),
            *(Finding("billed twice", f"hours {row}") for row in database.execute(HOURS)),
            *gaps(numbers, database.execute(SERIES).fetchall()),
        ]
    forgotten = sorted(set(told) - set(numbers))
    findings += [Finding("lost", f"{number} was told to a person") for number in forgotten]
    findings += leaks(logs, secrets)
    return findings, Counter(row["kind"] for row in bookings)


def remote_records(books: dict[str, Any]) -> Iterator[Remote]:
    for relation in books["relations"]:
        yield Remote("relation", relation["code"], relation["code"], None)
    of_invoices = set()
    for it in books["invoices"]:
        of_invoices.add(it["entry"])
        yield Remote("invoice", it["number"], it["relation_code"], Decimal(it["total"]))
    for it in books["entries"]:
        if it["id"] not in of_invoices:
            gross = sum((Decimal(line["gross"]) for line in it["lines"]), Decimal(0))
            yield Remote("sales_entry", it["number"], it["relation_code"], gross)


def against_each_other(bookings: list[dict[str, Any]], remote: list[Remote]) -> Iterator[Finding]:
    """Every booking is one record there with the same content, and every record is a booking."""
    there: dict[tuple[str, str], list[Remote]] = defaultdict(list)
    for record in remote:
        there[record.kind, record.name].append(record)
    for key, records in there.items():
        if len(records) > 1:
            yield Finding("duplicate", f"{len(records)} × {key}")
    for row in bookings:
        records = there.pop((row["kind"], row["name"]), [])
        yield from of_one(row, records)
    for key in there:
        yield Finding("duplicate", f"{key} is there without a booking")
    yield from unequal_sums(bookings, remote)


def of_one(row: dict[str, Any], records: list[Remote]) -> Iterator[Finding]:
    what = {name: str(value) for name, value in row.items() if value not in (None, "")}
    if row["state"] in OPEN:
        yield Finding("stuck", f"{what}")
    elif row["state"] != "confirmed":
        yield Finding("lost", f"ended elsewhere: {what}")
    elif not records:
        yield Finding("lost", f"booked, but not there: {what}")
    for record in records:
        if (record.customer, record.gross) != (row["customer"], row["gross"]):
            yield Finding("lost", f"{record} is not {what}")


def unequal_sums(bookings: list[dict[str, Any]], remote: list[Remote]) -> Iterator[Finding]:
    """Per customer, in cents: what we think is there, and what is."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in bookings:
        if row["state"] == "confirmed":
            sums[row["customer"]] += row["gross"] or 0
    for record in remote:
        sums[record.customer] -= record.gross or 0
    for customer, difference in sums.items():
        if difference:
            yield Finding("lost", f"customer {customer}: {difference} euros apart")


def gaps(numbers: Iterable[str], series: list[dict[str, Any]]) -> Iterator[Finding]:
    """Numbers of a series are 1 to n, each once, and the counter says n."""
    given: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        beginning, last = number.rsplit("-", 1)
        given[beginning].append(int(last))
    counters = {f"{row['prefix']}{row['year']}": row["last"] for row in series}
    for beginning in given.keys() | counters.keys():
        found, last = sorted(given[beginning]), counters.get(beginning, 0)
        if found != list(range(1, last + 1)):
            yield Finding("gap", f"{beginning}: {found} where {last} were given")


def leaks(logs: Path, secrets: list[str]) -> Iterator[Finding]:
    """The codes, with or without braces, in any file that some process wrote."""
    words = [re.escape(secret.strip("{}").encode()) for secret in secrets]
    pattern = re.compile(b"|".join(words), re.IGNORECASE)
    for log in sorted(logs.iterdir()):
        if pattern.search(log.read_bytes()):
            yield Finding("secret", f"a security code is in {log.name}")


def told_to_people(text: str) -> tuple[list[str], Counter[str]]:
    """The numbers that a person's log says were made, and what else happened to that person."""
    numbers: list[str] = []
    events: Counter[str] = Counter()
    for line in text.splitlines():
        if not line.startswith('{"'):
            events["mistake"] += line.startswith("Traceback")
            continue
        try:
            facts = json.loads(line)
        except ValueError:
            continue  # cut off by a kill
        numbers += facts.get("made", [])
        events.update(facts.keys())
    return numbers, events

"""Audit every record, with SQL of its own and the sandbox's records; uses no program code."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import dict_row

from .findings import Case, Finding
from .histories import histories
from .wire_log import Log

__all__ = ["OPEN", "Case", "Finding", "audit"]

BOOKINGS = """
    SELECT b.id, b.connection_id, b.kind, b.state, b.reason, b.code, b.text, b.ended_at,
           b.unconfirmed_sends,
           COALESCE(NULLIF(b.natural_key, ''), b.remote_id) AS name, b.remote_id, b.invoice_id,
           c.number AS customer, i.gross, COALESCE(i.date::text, '') AS day, b.natural_key,
           (SELECT count(*) FROM billing_invoiceline l WHERE l.invoice_id = i.id) AS lines,
           (SELECT count(*) FROM billing_invoiceevent e
            WHERE e.invoice_id = i.id AND e.kind = 'booked') AS booked
    FROM billing_booking b JOIN customers_customer c ON c.id = b.customer_id
    LEFT JOIN billing_invoice i ON i.id = b.invoice_id ORDER BY b.id
"""
# Lines that differ from the rows they bill; a row that is billed twice is missing on one of them.
# The hours of a project at one rate are divided over its lines: each has a hundredth more or less.
LINES = """
    WITH billed AS (
        SELECT invoice_line_id AS id, minutes / 60.0 AS hours, NULL AS net
        FROM registrations_timeentry
        UNION ALL SELECT invoice_line_id, NULL, amount FROM registrations_expense
        UNION ALL SELECT invoice_line_id, NULL, amount FROM registrations_trip
        UNION ALL SELECT invoice_line_id, NULL, quantity * price FROM projects_scheduledamount
    )
    SELECT l.id, i.number, l.quantity, l.net, SUM(billed.hours) AS hours, SUM(billed.net) AS amount
    FROM billing_invoiceline l JOIN billing_invoice i ON i.id = l.invoice_id
    LEFT JOIN billed ON billed.id = l.id
    WHERE i.status <> 'void' GROUP BY l.id, i.number
    HAVING COALESCE(ABS(l.quantity - SUM(billed.hours)) < 0.01, l.net = ROUND(SUM(billed.net), 2))
           IS NOT TRUE
"""
ROWS = """
    WITH billed AS (
        SELECT 'hours' AS what, id, status, invoice_line_id FROM registrations_timeentry
        UNION ALL SELECT 'expense', id, status, invoice_line_id FROM registrations_expense
        UNION ALL SELECT 'amount', id, NULL, invoice_line_id FROM projects_scheduledamount
    )
    SELECT b.what, b.id, b.status, i.number FROM billed b
    LEFT JOIN billing_invoiceline l ON l.id = b.invoice_line_id
    LEFT JOIN billing_invoice i ON i.id = l.invoice_id
    WHERE (b.status = 'invoiced') <> (b.invoice_line_id IS NOT NULL) OR i.status = 'void'
"""
ATTEMPTS = """
    SELECT a.booking_id, a.fencing_token, a.is_look_up, a.started_at, a.milliseconds, a.outcome
    FROM billing_attempt a ORDER BY a.booking_id, a.fencing_token
"""
# Confirmations that are still open, or that made less than was confirmed: all or nothing.
RUNS = """
    SELECT r.id, r.state, r.total, count(DISTINCT b.invoice_id) AS made
    FROM billing_invoicingrun r LEFT JOIN billing_booking b ON b.batch_id = r.batch_id
    GROUP BY r.id
    HAVING r.state IN ('queued', 'running')
        OR (r.state = 'finished') <> (count(DISTINCT b.invoice_id) >= r.total)
"""
# Without numbers that the service assigned, which are not of our series.
NUMBERS = "SELECT number FROM billing_invoice WHERE number ~ '-[0-9]+$'"
SERIES = "SELECT prefix, year, last FROM billing_numberseries"
OPEN = ("queued", "blocked", "sending", "unknown", "checking")
CENT = Decimal("0.01")
Names = frozenset[tuple[str, str]]


class Remote(NamedTuple):
    """A document or a relation in the sandbox; `id` is its id in e-Boekhouden."""

    kind: str
    name: str
    id: str
    customer: str
    gross: Decimal | None


def audit(
    address: str, case: Case, *, logs: Path, secrets: list[str], shown_numbers: list[str]
) -> tuple[list[Finding], Counter[str]]:
    """Return the findings and counts. `shown_numbers` are the numbers that were shown to people."""
    with psycopg.connect(address, row_factory=dict_row) as database:
        bookings = database.execute(BOOKINGS).fetchall()
        attempts = database.execute(ATTEMPTS).fetchall()
        numbers = [row["number"] for row in database.execute(NUMBERS)]
        remote = list(remote_records(case.books))
        findings = [
            *check_existing(bookings, remote, case.existing),
            *compare_all(*leave_out_existing(bookings, remote, case.existing), ends=case.ends),
            *(Finding("billed twice", f"line {row}") for row in database.execute(LINES)),
            *(Finding("billed twice", f"row {row}") for row in database.execute(ROWS)),
            *gaps(numbers, database.execute(SERIES).fetchall()),
            *(Finding("stuck", f"confirmation {row}") for row in database.execute(RUNS)),
        ]
    forgotten = sorted(set(shown_numbers) - set(numbers))
    findings += [Finding("lost", f"{number} was shown to a person") for number in forgotten]
    findings += leaks(logs, secrets)
    log = Log(case.requests, near=case.existing)
    found, figures = histories(bookings, attempts, log, case)
    return findings + found, Counter(row["kind"] for row in bookings) + figures


def remote_records(books: dict[str, Any]) -> Iterator[Remote]:
    for relation in books["relations"]:
        yield Remote("relation", relation["code"], str(relation["id"]), relation["code"], None)
    booked_entries = set()
    for record in books["invoices"]:
        booked_entries.add(record["entry"])
        number, code = record["number"], record["relation_code"]
        yield Remote("invoice", number, number, code, Decimal(record["total"]))
    for record in books["entries"]:
        if record["id"] not in booked_entries:
            gross = sum((Decimal(line["gross"]) for line in record["lines"]), Decimal(0))
            number, code = record["number"], record["relation_code"]
            yield Remote("sales_entry", number, str(record["id"]), code, gross)


def leave_out_existing(
    bookings: list[dict[str, Any]], remote: list[Remote], existing: Names
) -> tuple[list[dict[str, Any]], list[Remote]]:
    """Leave out records that existed in e-Boekhouden before the run."""
    return (
        [row for row in bookings if (row["kind"], row["name"]) not in existing],
        [record for record in remote if (record.kind, record.name) not in existing],
    )


def check_existing(
    bookings: list[dict[str, Any]], remote: list[Remote], existing: Names
) -> Iterator[Finding]:
    """Check that earlier documents exist once and that no booking claims one of them."""
    counts = Counter((record.kind, record.name) for record in remote)
    for name in existing:
        if counts[name] != 1:
            yield Finding("duplicate", f"{counts[name]} × {name}, which existed before")
    for row in bookings:
        if (row["kind"], row["name"]) in existing and row["state"] != "conflict":
            yield Finding("lost", f"linked to an earlier document: {row['kind']} {row['name']}")


def compare_all(
    bookings: list[dict[str, Any]], remote: list[Remote], *, ends: frozenset[str] = frozenset()
) -> Iterator[Finding]:
    """Check that each booking is one remote record with the same content, and the reverse.

    `ends` are states besides `confirmed` in which a booking may have ended.
    """
    by_name: dict[tuple[str, str], list[Remote]] = defaultdict(list)
    for record in remote:
        by_name[record.kind, record.name].append(record)
    for key, records in by_name.items():
        if len(records) > 1 and "conflict" not in ends:
            yield Finding("duplicate", f"{len(records)} × {key}")
    for row in bookings:
        if row["state"] != "cancelled":
            records = by_name.pop((row["kind"], row["name"]), [])
            yield from compare_booking(row, records, ends=ends)
    for key in by_name:
        # A relation that a person entered in e-Boekhouden needs no booking.
        if key[0] != "relation":
            yield Finding("duplicate", f"{key} exists without a booking")
    if "conflict" not in ends:
        yield from unequal_sums(bookings, remote)


def compare_booking(
    row: dict[str, Any], records: list[Remote], *, ends: frozenset[str]
) -> Iterator[Finding]:
    fields = {name: str(value) for name, value in row.items() if value not in (None, "")}
    state = row["state"]
    if state in ends:
        if state == "rejected" and records:
            yield Finding("lost", f"refused, but exists: {fields}")
        return
    if state in OPEN:
        yield Finding("stuck", f"{fields}")
    elif state != "confirmed":
        yield Finding("lost", f"ended elsewhere: {fields}")
    elif row["remote_id"] not in {record.id for record in records}:
        yield Finding("lost", f"booked, but does not exist: {fields}")
    for record in records:
        if record.customer != row["customer"] or not is_equal(record.gross, row):
            yield Finding("lost", f"{record} is not {fields}")


def is_equal(gross: Decimal | None, row: dict[str, Any]) -> bool:
    """Compare to the cent; for an invoice, whose total the service computes, allow one per line."""
    if gross is None or row["gross"] is None:
        return gross is row["gross"]
    return abs(gross - row["gross"]) <= tolerance(row)


def tolerance(row: dict[str, Any]) -> Decimal:
    return CENT * row.get("lines", 0) if row["kind"] == "invoice" else Decimal(0)


def unequal_sums(bookings: list[dict[str, Any]], remote: list[Remote]) -> Iterator[Finding]:
    """Compare the sums of the bookings and of the remote records of each customer."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    allowed: dict[str, Decimal] = defaultdict(Decimal)
    for row in bookings:
        if row["state"] == "confirmed":
            sums[row["customer"]] += row["gross"] or 0
            allowed[row["customer"]] += tolerance(row)
    for record in remote:
        sums[record.customer] -= record.gross or 0
    for customer, difference in sums.items():
        if abs(difference) > allowed[customer]:
            yield Finding("lost", f"customer {customer}: {difference} euros apart")


def gaps(numbers: Iterable[str], series: list[dict[str, Any]]) -> Iterator[Finding]:
    """Check that the numbers of a series are 1 to n, each once, and that the counter is n."""
    given: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        beginning, last = number.rsplit("-", 1)
        given[beginning].append(int(last))
    counters = {f"{row['prefix']}{row['year']}": row["last"] for row in series}
    for beginning in given.keys() | counters.keys():
        found, last = sorted(given[beginning]), counters.get(beginning, 0)
        if found != list(range(1, last + 1)):
            yield Finding("gap", f"{beginning}: {found} where the counter is {last}")


def leaks(logs: Path, secrets: list[str]) -> Iterator[Finding]:
    """Search all logs for the security codes, with or without braces."""
    words = [re.escape(secret.strip("{}").encode()) for secret in secrets]
    pattern = re.compile(b"|".join(words), re.IGNORECASE)
    for log in sorted(logs.iterdir()):
        if pattern.search(log.read_bytes()):
            yield Finding("secret", f"a security code is in {log.name}")


def read_person_log(text: str) -> tuple[list[str], Counter[str]]:
    """Read from a person's log the numbers that were shown, and count the other events."""
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

"""Import relations as customers, and the work that any import has to do.

The readers take the bytes of an answer of the service. `run_import` and the ways to insert take an
organisation with a connection, and leave nothing behind.
"""

import dataclasses
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import zeep
from django.db import connection, transaction
from django.utils import timezone
from lxml import etree

from accounts.models import Organisation
from customers.importing import import_relations
from customers.models import Customer, ImportRun
from customers.relations import fields_from_relation
from integrations.eboekhouden import contract
from integrations.eboekhouden.messages.relations import Relation, relations_in
from integrations.eboekhouden.reading import read_reply
from integrations.runs import RunState
from tools.bench.apart import apart, memory, peak_memory

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
BINDING = f"{{{contract.NAMESPACE}}}soapAppSoap"
# Every how manieth relation has another city.
CHANGED = 100
KINDS = ("new", "unchanged", "changed")


class Imported(NamedTuple):
    """Seconds, number of queries and bytes of memory on top of what the process held."""

    seconds: float
    queries: int
    memory: int

    def __str__(self) -> str:
        return f"{self.seconds:6.2f} s, {self.queries} queries, memory +{self.memory / 1e6:.0f} MB"


# --- Reading --------------------------------------------------------------------------------------


def answer_with_relations(count: int) -> bytes:
    """Return an answer of the service with `count` relations, with every field filled in."""
    rows = "".join(_relation(number) for number in range(1, count + 1))
    result = f"<GetRelatiesResult><ErrorMsg/><Relaties>{rows}</Relaties></GetRelatiesResult>"
    response = f'<GetRelatiesResponse xmlns="{contract.NAMESPACE}">{result}</GetRelatiesResponse>'
    return f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{response}</e:Body></e:Envelope>'.encode()


def _relation(number: int) -> str:
    fields = {
        "ID": number,
        "AddDatum": "2026-01-31T09:30:00",
        "Code": f"R{number:05}",
        "Bedrijf": f"Customer {number} Ltd",
        "Contactpersoon": "A. Jansen",
        "Adres": f"Dorpsstraat {number}",
        "Postcode": "1234 AB",
        "Plaats": "Utrecht",
        "Telefoon": "030-1234567",
        "Email": f"invoices{number}@example.com",
        "BTWNummer": "NL123456782B12",
        "IBAN": "NL91ABNA0417164300",
    }
    tags = "".join(f"<{tag}>{text}</{tag}>" for tag, text in fields.items())
    return f"<cRelatie>{tags}</cRelatie>"


def read_with_lxml(answer: bytes) -> list[dict[str, str | None]]:
    """Parse the answer and take the texts: the least that any reader can take."""
    rows = etree.fromstring(answer).iter(f"{{{contract.NAMESPACE}}}cRelatie")
    return [{etree.QName(field).localname: field.text for field in row} for row in rows]


def read_with_us(answer: bytes) -> list[Relation]:
    """Read the answer as the program does, to relations."""
    return relations_in(read_reply(etree.fromstring(answer), "GetRelaties").fields)


class ZeepReader:
    """Read the answer with zeep's own objects; the contract is parsed once."""

    def __init__(self) -> None:
        document = zeep.Client(str(contract.PATH)).wsdl
        self._operation = document.bindings[BINDING].get("GetRelaties")

    def __call__(self, answer: bytes) -> Any:
        return self._operation.process_reply(etree.fromstring(answer))


# --- Inserting ------------------------------------------------------------------------------------


def bulk_create(organisation: Organisation, relations: list[Relation]) -> float:
    """Return the seconds that Django's `bulk_create` takes for the same customers, cleaned."""
    customers = [
        Customer(organisation=organisation, imported=(values := _values(one)), **values)
        for one in relations
    ]
    with _rolled_back():
        began = time.perf_counter()
        Customer.objects.bulk_create(customers, batch_size=1_000)
        return time.perf_counter() - began


def update_or_create(organisation: Organisation, relations: list[Relation]) -> float:
    """Return the seconds that `update_or_create` takes for each customer, as a short view does."""
    values = [_values(one) for one in relations]
    with _rolled_back():
        began = time.perf_counter()
        for fields in values:
            number = {"organisation": organisation, "number": fields["number"]}
            Customer.objects.update_or_create(**number, defaults=fields)
        return time.perf_counter() - began


def _values(relation: Relation) -> dict[str, Any]:
    return fields_from_relation(relation).values


# --- The import -----------------------------------------------------------------------------------


def run_import(organisation: Organisation, relations: list[Relation], *, kind: str) -> Imported:
    """Import relations of which all are new, all are unchanged, or one in a hundred is changed."""
    return Imported(*apart(lambda: _import(organisation, relations, kind)))


def _import(
    organisation: Organisation, relations: list[Relation], kind: str
) -> tuple[float, int, int]:
    with _rolled_back():
        if kind != "new":
            import_relations(_run(organisation), relations, clock=timezone.now)
        if kind == "changed":
            relations = [_moved(one) for one in relations]
        run, queries = _run(organisation), 0

        def count(execute: Any, *query: Any) -> Any:
            nonlocal queries
            queries += 1
            return execute(*query)

        before = memory()
        with connection.execute_wrapper(count):
            began = time.perf_counter()
            import_relations(run, relations, clock=timezone.now)
            seconds = time.perf_counter() - began
        return seconds, queries, peak_memory() - before


def _moved(relation: Relation) -> Relation:
    return relation if relation.id % CHANGED else dataclasses.replace(relation, city="Zwolle")


def _run(organisation: Organisation) -> ImportRun:
    ImportRun.objects.filter(organisation=organisation).update(state=RunState.FINISHED)
    return ImportRun.objects.create(
        organisation=organisation,
        connection=organisation.connection,
        state=RunState.RUNNING,
    )


@contextmanager
def _rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)

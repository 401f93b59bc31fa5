"""Customers: those in e-Boekhouden are imported, the others are added here."""

import datetime
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from accounts.models import Membership, Organisation, User
from customers.editing import save_customer
from customers.import_runs import start_import
from customers.importing import carry_out_import
from customers.models import Customer, ImportMode
from customers.relations import relation_from_customer
from integrations.models import Connection
from integrations.sessions import open_client

from .addresses import LOCAL_FIELDS, NEW_RELATIONS, REVERSE_CHARGED, fields_of, is_remote, rows
from .days import Calendar, ticking

# New phone numbers in e-Boekhouden. The first one was also changed here, to another number.
REMOTE_PHONES = {"K00098": "030 231 44 88", "K00104": "0570 60 31 90"}
LOCAL_PHONES = {"K00098": "030 231 44 10"}


def add_customers(
    sanne: Membership, connection: Connection | None, calendar: Calendar
) -> dict[str, Customer]:
    """Add the customers; return them by number."""
    organisation, now = sanne.organisation, calendar.at(calendar.first, 9, 20)
    known = is_remote()
    if connection:
        _add_relations([number for number, remote in known.items() if remote], connection, calendar)
        _import(organisation, by=sanne.user, at=now)
    present = {one.number: one for one in organisation.customers.all()}
    for number in known:
        customer = present.get(number)
        values = {} if customer else fields_of(number)
        values |= _local_fields(organisation, number)
        if values:
            save_customer(customer, organisation=organisation, values=values, now=now)
    _add_contact(organisation, now=now)
    return {one.number: one for one in organisation.customers.all()}


def change_both_sides(sanne: Membership, connection: Connection, calendar: Calendar) -> None:
    """Change customers on both sides, import them last night, and add new relations."""
    organisation = sanne.organisation
    for number, phone in LOCAL_PHONES.items():
        customer = organisation.customers.get(number=number)
        _change(customer, {"phone": phone}, now=calendar.now)
    with open_client(connection) as client:
        for number, phone in REMOTE_PHONES.items():
            (relation,) = client.find_relation(number)
            client.update_relation(replace(relation, phone=phone))
    last_night = calendar.at(calendar.today, 2, 14)
    if last_night == calendar.now:
        last_night -= datetime.timedelta(days=1)
    _import(organisation, by=None, at=last_night)
    _add_relations(list(rows(NEW_RELATIONS)), connection, calendar, table=NEW_RELATIONS)


def _add_relations(
    numbers: list[str], connection: Connection, calendar: Calendar, **table: str
) -> None:
    with open_client(connection) as client:
        for number in numbers:
            customer = Customer(**fields_of(number, **table))
            relation = relation_from_customer(customer, correlation_id="")
            client.add_relation(relation, today=calendar.first)


def _import(organisation: Organisation, *, by: User | None, at: datetime.datetime) -> None:
    run = start_import(organisation, mode=ImportMode.UPDATE, by=by, now=at)
    carry_out_import(run.pk, clock=ticking(at))


def _local_fields(organisation: Organisation, number: str) -> dict[str, object]:
    values: dict[str, object] = {**LOCAL_FIELDS.get(number, {})}
    if "hourly_rate" in values:
        values["hourly_rate"] = Decimal(str(values["hourly_rate"]))
    if number in REVERSE_CHARGED:
        values["vat_rate"] = organisation.vat_rates.get(code=REVERSE_CHARGED[number])
    return values


def _change(customer: Customer, values: Mapping[str, object], *, now: datetime.datetime) -> None:
    save_customer(customer, organisation=customer.organisation, values=values, now=now)


def _add_contact(organisation: Organisation, *, now: datetime.datetime) -> None:
    """Add a contact who gets the invoices instead of the contact person."""
    contact = {
        "name": "Crediteurenadministratie",
        "email": "facturen@havelte.example",
        "receives_invoices": True,
    }
    customer = organisation.customers.get(number="K00093")
    save_customer(customer, organisation=organisation, values={}, contacts=[contact], now=now)

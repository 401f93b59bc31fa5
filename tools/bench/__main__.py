"""Measure, and print one line for each figure."""

import os
import subprocess
import sys
from collections.abc import Callable

from lxml import etree

from integrations.eboekhouden.contract import NAMESPACE
from integrations.eboekhouden.reading import read_reply
from tests.plugins.servers import throwaway_postgres
from tools.bench.measuring import measure

RELATIONS = 10_000
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "timechimp_eb.settings",
    "SECRET_KEY": "only-for-measuring",
    "CREDENTIAL_KEYS": "bWVhc3VyaW5nLW9ubHktbWVhc3VyaW5nLW9ubHktLS0=",
}


def main() -> int:
    answer = answer_with_relations(RELATIONS)
    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}")
    print(measure(f"reading {RELATIONS:,} relations ({len(answer) / 1e6:.1f} MB)", reader(answer)))
    print(measure("starting Django", start_django, times=3), flush=True)
    measure_pages()
    return 0


def reader(answer: bytes) -> Callable[[], object]:
    return lambda: read_reply(etree.fromstring(answer), "GetRelaties")


def start_django() -> None:
    code = "import django; django.setup()"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **SETTINGS})


def measure_pages() -> None:
    """Measure pages in a separate process, with the settings of the tests and a new PostgreSQL."""
    code = (
        "import django, runpy; django.setup();"
        " runpy.run_module('tools.bench.pages', run_name='__main__')"
    )
    with throwaway_postgres() as address:
        settings = {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE_URL": address}
        command = [sys.executable, "-c", code]
        subprocess.run(command, check=True, env={**os.environ, **settings})


def answer_with_relations(count: int) -> bytes:
    """Return an answer of the service with `count` relations, with every field filled in."""
    rows = "".join(relation(number) for number in range(1, count + 1))
    result = f"<GetRelatiesResult><ErrorMsg/><Relaties>{rows}</Relaties></GetRelatiesResult>"
    response = f'<GetRelatiesResponse xmlns="{NAMESPACE}">{result}</GetRelatiesResponse>'
    return f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{response}</e:Body></e:Envelope>'.encode()


def relation(number: int) -> str:
    fields = {
        "ID": number,
        "AddDatum": "2026-01-31T09:30:00",
        "Code": f"K{number:05}",
        "Bedrijf": f"Customer {number} Ltd",
        "Contactpersoon": "A. Jansen",
        "Adres": f"Dorpsstraat {number}",
        "Postcode": "1234 AB",
        "Plaats": "Utrecht",
        "Telefoon": "030-1234567",
        "Email": f"invoices{number}@example.com",
        "BTWNummer": "NL123456789B01",
        "IBAN": "NL91ABNA0417164300",
    }
    return (
        f"<cRelatie>{''.join(f'<{tag}>{text}</{tag}>' for tag, text in fields.items())}</cRelatie>"
    )


if __name__ == "__main__":
    sys.exit(main())

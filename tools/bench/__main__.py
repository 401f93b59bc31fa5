"""Measure on PostgreSQL, and print a line for each figure.

./run bench                       100,000 hours
./run bench --hours 1000000       …, beside 10,000 and 100,000 hours
./run bench --only Hours,Unbilled figures whose name or group contains one of the texts
./run bench --database URL        an empty database, or one that an earlier run filled
./run bench --write               …, and write the tables of docs/performance.md
./run bench --people 20 --seconds 30   smaller sizes; also --organisations, --relations, --documents
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg

from tests.plugins.servers import throwaway_postgres
from tools.bench.machine import yardstick
from tools.bench.measuring import Figure
from tools.bench.options import Options, environment_of
from tools.bench.writing import write

SMALLER = (10_000, 100_000)
# The groups whose cost might grow with the number of hours; the others are measured once.
GROWING = ("lists", "finance", "register", "saving", "selecting")


def main() -> int:
    wanted = arguments()
    texts = [text for text in wanted.only.split(",") if text]
    if wanted.database:
        print(yardstick(wanted.database), flush=True)
        print_all(wanted.database, wanted.hours, texts)
        return 0
    found: dict[int, list[tuple[str, Figure]]] = {}
    with throwaway_postgres() as server:
        machine = yardstick(server)
        print(machine, flush=True)
        for hours in [*(size for size in SMALLER if size < wanted.hours), wanted.hours]:
            here = texts if hours == wanted.hours else growing(texts)
            if texts and not here:
                continue
            print(f"{hours:,} hours", flush=True)
            address = new_database(server, f"hours_{hours}")
            found[hours] = print_all(address, hours, here)
    if wanted.write:
        write(found, machine=machine)
    return 0


def growing(texts: list[str]) -> list[str]:
    """Return those of the wanted groups that are measured at every size."""
    return [text for text in texts or GROWING if text.partition(":")[0] in GROWING]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--hours", type=int, default=100_000)
    parser.add_argument("--only", default="")
    parser.add_argument("--database", default="")
    parser.add_argument("--write", action="store_true")
    for name, default in Options._field_defaults.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    wanted = parser.parse_args()
    os.environ.update(environment_of({name: getattr(wanted, name) for name in Options._fields}))
    return wanted


def new_database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.rpartition("/")[0] + f"/{name}"


def print_all(address: str, hours: int, texts: list[str]) -> list[tuple[str, Figure]]:
    """Measure in a process of its own, whose settings are those of the tests."""
    found = []
    for line in _lines(address, hours, texts):
        row = json.loads(line)
        group, figure = row.pop("group"), Figure(**row)
        print(figure, flush=True)
        found.append((group, figure))
    return found


def _lines(address: str, hours: int, texts: list[str]) -> Iterator[str]:
    settings = {"DJANGO_SETTINGS_MODULE": "tools.bench.settings", "TEST_DATABASE_URL": address}
    command = [sys.executable, "-m", "tools.bench.run", str(hours), *texts]
    process = subprocess.Popen(
        command, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True
    )
    if process.stdout is not None:
        yield from process.stdout
    if process.wait():
        raise SystemExit(f"Measuring {hours:,} hours failed.")


if __name__ == "__main__":
    sys.exit(main())

"""The processes of the program: start, memory, and many people at once."""

import os
from collections.abc import Iterator, Mapping

from tests.plugins.servers import throwaway_valkey

from . import loading, processes
from .measuring import Figure
from .options import OPTIONS
from .seeding import Agency

SETTINGS = {"DJANGO_SETTINGS_MODULE": "timechimp_eb.settings"}
# As in docker-compose.yml.
WORKERS = 2
# Milliseconds, and bytes.
START, MEDIAN, SLOWEST = 1500, 100, 500


def serving(agency: Agency) -> Iterator[Figure]:
    """Start the web process and the worker, and let many people work."""
    started = processes.start_web(SETTINGS)
    text = f"{started.computed:.1f} s of a processor; {started.memory}"
    yield Figure.of("Web: start and first page", started.seconds, START, note=text)
    with throwaway_valkey() as broker:
        memory = processes.start_worker({**SETTINGS, "REDIS_URL": f"{broker}/0"})
    yield Figure.of("Worker: memory 15 s after its start", 15, note=str(memory))
    yield from _load(agency, SETTINGS)


def _load(agency: Agency, environment: Mapping[str, str]) -> Iterator[Figure]:
    people, seconds = OPTIONS.people, OPTIONS.seconds
    with processes.web(environment, workers=WORKERS) as (address, pid):
        processes.wait_for(f"{address}/account/login/")
        done = loading.work(agency, address, people=people, seconds=seconds)
        memory = processes.largest(processes.children_of(pid))
    name = f"{people} people, {seconds} s"
    if not done.seconds:
        raise RuntimeError(f"{name}: nothing succeeded: {done.errors[:3]}")
    errors = f"{len(done.errors)} errors" + (f", such as {done.errors[0]}" if done.errors else "")
    note = f"{len(done.seconds)} actions, {errors}; web process {memory}"
    yield Figure.of(f"{name}: median", done.at(0.5), MEDIAN, note=note)
    yield Figure.of(f"{name}: 99th percentile", done.at(0.99), SLOWEST)
    yield Figure.of(f"{name}: slowest", done.at(1), note=f"{os.cpu_count()} processors")

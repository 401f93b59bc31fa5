"""`./run crash`: kill the real program at random, many times, and audit every record."""

import argparse
import contextlib
import json
import math
import secrets
import shutil
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from .cells import short_grid, whole_grid
from .finding_mistakes import check_the_auditor
from .findings import KINDS, Finding
from .grid import play
from .running import EFFECTS, Loop, LoopOptions, one_run

ATTEMPTS = """
    SELECT json_agg(row_to_json(it)) FROM (
        SELECT b.kind, b.natural_key, b.state, b.reason, b.ended_at, a.* FROM billing_booking b
        LEFT JOIN billing_attempt a ON a.booking_id = b.id ORDER BY b.id, a.fencing_token
    ) it
"""


def main(arguments: list[str]) -> int:
    """Return 1 when anything was found. Ctrl-C ends the test with the figures so far."""
    options = read(arguments)
    # SIGTERM must end the servers too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if options.grid or options.some:
        return 0 if play(whole_grid() if options.grid else short_grid(), seed=options.seed) else 1
    if options.sabotage:
        return 0 if check_the_auditor(seed=options.seed, seconds=options.seconds) else 1
    findings: Counter[str] = Counter()
    began = time.monotonic()
    with Loop(is_unique=options.unique) as loop, contextlib.suppress(KeyboardInterrupt):
        for number in range(options.runs):
            seed, every = options.seed + number, options.hard_stops
            chosen = LoopOptions(
                options.seconds, options.unique, bool(every) and number % every == 0
            )
            found = one_run(loop, chosen, seed)
            loop.figures["runs"] += 1
            findings.update(finding.kind for finding in found)
            if found:
                report(loop, options, seed, found)
    print(f"{time.monotonic() - began:.0f} s: {describe(loop, findings)}")
    return 1 if findings or not loop.figures["runs"] else 0


def read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run crash", description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=4, help="of faults in each run")
    parser.add_argument("--seed", type=int, default=None, help="of the first run")
    parser.add_argument(
        "--not-unique",
        dest="unique",
        action="store_false",
        help="the service accepts duplicate numbers",
    )
    parser.add_argument(
        "--hard-stops", type=int, default=0, metavar="N", help="stop PostgreSQL in every Nth run"
    )
    parser.add_argument("--grid", action="store_true", help="every fault at every fail point")
    parser.add_argument("--some", action="store_true", help="a part of the grid, in a minute")
    parser.add_argument(
        "--sabotage", action="store_true", help="plant mistakes and see whether they are found"
    )
    parser.add_argument("--keep", type=Path, help="folder for the logs of a run with a finding")
    options = parser.parse_args(arguments)
    if options.seed is None:
        options.seed = secrets.randbelow(10**6)
    return options


def report(loop: Loop, options: argparse.Namespace, seed: int, found: list[Finding]) -> None:
    """Print what is wrong and the command that repeats the random choices of this run."""
    command = f"./run crash --runs 1 --seed {seed} --seconds {options.seconds:g}"
    command += "" if options.unique else " --not-unique"
    command += " --hard-stops 1" if options.hard_stops else ""
    texts = "; ".join(f"{finding.kind}: {finding.text}" for finding in found[:5])
    print(f"seed {seed}: {len(found)} findings: {texts} (again: {command})", flush=True)
    if options.keep:
        (loop.logs / "requests.json").write_text(json.dumps(loop.sandbox.ask("requests"), indent=1))
        (loop.logs / "attempts.json").write_text(json.dumps(loop.asked(ATTEMPTS), indent=1))
        shutil.copytree(loop.logs, options.keep / str(seed), dirs_exist_ok=True)


def describe(loop: Loop, findings: Counter[str]) -> str:
    """Put all figures into one line."""
    figures = loop.figures
    names = ["runs", "kills", "aimed", "stops", "goodbyes", "flushes", "database stops", *EFFECTS]
    names.append("requests")
    parts = [f"{name} {figures[name]:,}" for name in names]
    bad = 100 * figures["bad answers"] / max(1, figures["requests during faults"])
    parts.append(f"during faults {figures['requests during faults']:,} of which bad {bad:.0f} %")
    names = ["zombie writes fenced", "proposals changed"]
    parts += [f"{name} {figures[name]:,}" for name in names]
    parts.append(f"second sendings after proven absence {figures['second sendings']:,}")
    kinds = {"invoice": "invoices", "sales_entry": "entries", "relation": "relations"}
    made = [f"{name} {figures[kind]:,}" for kind, name in kinds.items()]
    times = sorted(loop.recoveries) or [0.0]
    p99 = times[max(0, math.ceil(0.99 * len(times)) - 1)]
    made.append(f"recovery mean {sum(times) / len(times):.1f} s, p99 {p99:.1f} s")
    return ", ".join([*parts, *made, *(f"{kind} {findings[kind]}" for kind in KINDS)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

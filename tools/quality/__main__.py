"""`./run check`: run each step, show its time and the output of failures, and set the exit code."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

BIN = Path(sys.executable).parent
PYTHON = sys.executable
# What a careful operator would set, so that `check --deploy` has nothing left to say.
PRODUCTION = {
    "DEBUG": "false",
    "HTTPS": "true",
    "SECRET_KEY": "k7#pX2!vQ9@mL4$wR8^tN1&zB6*cJ3(hF5)dG0_sA-yE+uI=oP",
    "CREDENTIAL_KEYS": "Y2hlY2stb25seS1jaGVjay1vbmx5LWNoZWNrLW9ubHk=",
    "ALLOWED_HOSTS": "hours.example.com",
    "DATABASE_URL": "postgres://hours:secret@db.example.com/hours",
    "REDIS_URL": "rediss://hours:secret@broker.example.com/0",
    "EMAIL_URL": "smtp+tls://hours:secret@mail.example.com:587",
    "DEFAULT_FROM_EMAIL": "invoices@example.com",
    "EBOEKHOUDEN_URL": "https://soap.e-boekhouden.nl/soap.asmx",
    "DJANGO_SETTINGS_MODULE": "timechimp_eb.settings",
}
MOST_LINES = 40  # of what a failing step wrote
TESTING = {"DJANGO_SETTINGS_MODULE": "tests.settings"}


class Step(NamedTuple):
    """One check; exit code 0 means success."""

    name: str
    command: list[str]
    settings: dict[str, str] = {}


def tool(name: str, *arguments: str) -> list[str]:
    return [str(BIN / name), *arguments]


def manage(*arguments: str) -> list[str]:
    return [PYTHON, "-W", "ignore", "manage.py", *arguments]


STEPS = [
    Step("types", tool("mypy", "--no-error-summary", ".")),
    Step("format", tool("ruff", "format", "--check", "--output-format", "concise", ".")),
    Step("lint", tool("ruff", "check", "--output-format", "concise", ".")),
    Step("templates", tool("djlint", "--lint", "--quiet", "templates")),
    Step("imports", tool("lint-imports")),
    Step("migrations", manage("makemigrations", "--check", "--dry-run"), TESTING),
    Step(
        "production settings",
        manage("check", "--deploy", "--fail-level", "WARNING"),
        PRODUCTION,
    ),
    Step("translations", [PYTHON, "-m", "tools.quality.catalogue"]),
    Step("licences", [PYTHON, "-m", "tools.quality.licences"]),
    Step("safety", [PYTHON, "-m", "tools.quality.safety"]),
    Step("sizes", [PYTHON, "-m", "tools.quality.sizes"]),
    Step(
        "docker compose",
        tool(
            "check-jsonschema",
            *("--builtin-schema", "vendor.compose-spec"),
            *("docker-compose.yml", "deploy/own-proxy.yml"),
        ),
    ),
    Step(
        "workflow",
        tool(
            "check-jsonschema",
            *("--builtin-schema", "vendor.github-workflows", ".github/workflows/ci.yml"),
        ),
    ),
]


class Outcome(NamedTuple):
    step: Step
    is_good: bool
    seconds: float
    output: str


def main() -> int:
    """Run all steps, two at a time; return 1 if one of them fails."""
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        outcomes = [report(outcome) for outcome in pool.map(carry_out, STEPS)]
    failed = [outcome.step.name for outcome in outcomes if not outcome.is_good]
    result = f"failed: {', '.join(failed)}" if failed else "all good"
    print(f"\n{len(STEPS)} checks in {time.monotonic() - began:.0f} s, {result}")
    return 1 if failed else 0


def carry_out(step: Step) -> Outcome:
    began = time.monotonic()
    # Nothing of the developer's own settings may decide what is good.
    surroundings = {**os.environ, **step.settings}
    done = subprocess.run(
        step.command, env=surroundings, check=False, text=True, capture_output=True
    )
    output = (done.stdout + done.stderr).strip()
    return Outcome(step, done.returncode == 0, time.monotonic() - began, output)


def report(outcome: Outcome) -> Outcome:
    mark = "good" if outcome.is_good else "FAILED"
    print(f"{outcome.step.name:20} {mark:6} {outcome.seconds:5.1f} s", flush=True)
    if not outcome.is_good:
        lines = outcome.output.splitlines()
        shown = lines[:MOST_LINES]
        if len(lines) > MOST_LINES:
            shown.append(f"… {len(lines) - MOST_LINES} more: {' '.join(outcome.step.command)}")
        print("\n".join(f"    {line}" for line in shown), flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main())

"""Each service of docker-compose.yml starts with its own command, environment and secrets."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest

from sandbox import Sandbox
from tests.plugins.servers import postgres_programs, unused_port

from .compose import ROOT, compose
from .installation import SITE, Installation, Running
from .servers import connect

pytestmark = [pytest.mark.once, pytest.mark.redis]
PATIENCE = 90


def until(condition: Callable[[], object], running: Running) -> None:
    """Wait until it comes true, as long as the process lives."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert running.process.poll() is None, running.text()
        assert time.monotonic() < end, running.text()
        time.sleep(0.1)


def ask(port: int, path: str) -> tuple[int, dict[str, str], str]:
    """Ask as Caddy does: for the name of the site, over https as far as the visitor knows."""
    headers = {"Host": SITE, "X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=20) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def answers(port: int) -> bool:
    try:
        return ask(port, "/livez")[0] == 200
    except OSError:
        return False


def test_the_checks_find_nothing_wrong(installation: Installation):
    done = installation.run("check")

    assert done.returncode == 0, done.stderr
    assert "timechimp_eb.E" not in done.stderr


def test_the_checks_refuse_the_owner_of_the_tables(installation: Installation):
    owner = installation.environment("migrate")
    done = installation.run(
        "check",
        DATABASE_URL=owner["DATABASE_URL"],
        DATABASE_PASSWORD_FILE=owner["DATABASE_PASSWORD_FILE"],
    )

    assert done.returncode == 1
    assert "timechimp_eb.E021" in done.stderr
    assert "hours_owner owns " in done.stderr


def test_the_checks_refuse_a_superuser(installation: Installation):
    address = f"postgres://postgres:any@127.0.0.1:{installation.database_port}/hours"
    done = installation.run("check", DATABASE_URL=address, DATABASE_PASSWORD_FILE="")

    assert done.returncode == 1
    assert "timechimp_eb.E020" in done.stderr
    assert "postgres is a superuser" in done.stderr


def test_the_checks_refuse_a_file_that_everybody_can_read(installation: Installation):
    file = installation.secrets / "secret_key"
    file.chmod(0o444)
    try:
        done = installation.run("check")
    finally:
        file.chmod(0o440)

    assert done.returncode == 1
    assert f"SECRET_KEY_FILE names {file}, which every user" in done.stderr


def test_web_serves_pages_as_the_program_role(installation: Installation):
    port = unused_port()
    with installation.running("web", {"--bind=0.0.0.0:8000": f"--bind=127.0.0.1:{port}"}) as web:
        until(lambda: answers(port), web)

        status, _, body = ask(port, "/readyz")
        assert (status, json.loads(body)) == (200, {"status": "ok"}), web.text()
        status, headers, _ = ask(port, "/account/login/")
        assert (status, headers["Location"]) == (302, "/first-run/"), web.text()
        status, headers, body = ask(port, "/first-run/")

    assert status == 200
    assert "__Host-" in headers["Set-Cookie"]
    assert "max-age=31536000" in headers["Strict-Transport-Security"]
    assert "csrfmiddlewaretoken" in body


def test_a_worker_delivers_as_the_program_role(installation: Installation, tmp_path):
    with Sandbox(books=tmp_path / "books") as sandbox:
        address = {"EBOEKHOUDEN_URL": sandbox.url}
        with installation.running("worker", **address) as worker:
            until(lambda: " ready." in worker.text(), worker)
            bill_an_hour(installation, sandbox)
            until(sandbox.books.invoices, worker)
            with connect(installation.database_port, "hours", installation.secrets) as database:
                states = "SELECT state FROM billing_booking"
                # Who does not say whose rows are wanted sees none.
                assert database.execute(states).fetchall() == []
                database.execute("SET hours.organisation = '*'")
                until(lambda: set(database.execute(states)) == {("confirmed",)}, worker)


def bill_an_hour(installation: Installation, sandbox: Sandbox) -> None:
    codes = [sandbox.username, sandbox.security_code_1, sandbox.security_code_2]
    surroundings = installation.environment("web", EBOEKHOUDEN_URL=sandbox.url)
    surroundings["DJANGO_SETTINGS_MODULE"] = "timechimp_eb.settings"
    done = subprocess.run(
        [sys.executable, "-m", "tests.deploy.bill_an_hour", *codes],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_health_check_of_the_worker_gets_an_answer(installation: Installation):
    """It uses what Redis refuses to nobody but the program: a message to all and its answer."""
    with installation.running(
        "worker", {"--hostname=worker@%h": "--hostname=worker@one"}
    ) as worker:
        until(lambda: " ready." in worker.text(), worker)
        _, shell = compose(SITE_NAME=SITE)["services"]["worker"]["healthcheck"]["test"]
        surroundings = installation.environment("worker", HOSTNAME="one")
        done = subprocess.run(
            ["sh", "-c", shell],
            cwd=ROOT,
            env=surroundings,
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "pong" in done.stdout


def test_beat_sends_tasks_without_a_password_of_the_database(installation: Installation):
    pulse = installation.data / "beat-pulse"
    with installation.running("beat") as beat:
        until(lambda: "Sending due task" in beat.text(), beat)

    assert pulse.exists()
    assert "DATABASE_PASSWORD_FILE" not in installation.environment("beat")


def test_the_backup_of_the_night_is_made_and_proven(installation: Installation):
    """As every night, but now; the owner of the tables dumps what the program's role may not."""
    folder = installation.data / "backups"
    folder.mkdir()
    words = installation.command("backup")
    until_backup, backup = words[: words.index("backup")], words[words.index("backup") :]
    surroundings = installation.environment("backup", PG_BIN=str(postgres_programs()))

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False
        )

    done = run(*until_backup, "--now", *backup)
    assert done.returncode == 0, done.stderr
    assert (folder / "last-success").exists()
    (made,) = folder.glob("*.backup")
    python, manage, *_rest = until_backup
    proven = run(python, manage, "doctor", str(made), "--folder", str(folder))
    assert proven.returncode == 0, proven.stdout + proven.stderr

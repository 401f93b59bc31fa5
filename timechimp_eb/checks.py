"""System checks: a sentence for every missing or unsafe setting."""

import logging
import os
import re
import stat
from collections.abc import Iterator, Sequence
from urllib.parse import SplitResult, urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from lib.virus_scan import scanner_at

from .other_versions import is_of_another_version
from .product import LONGEST_NAME

HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?")
SHORTEST_TOKEN = 20
SHORTEST_IDLE_MINUTES = 5
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
ROLE_HINT = "Give the program a role of its own: docs/operations.md, Two roles in PostgreSQL."
# The tables of the program, and what the connected role may do to them besides rows.
ROLE = """
    WITH tables AS (
        SELECT oid, relowner FROM pg_class
        WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
    )
    SELECT current_user, rolsuper OR rolbypassrls,
        (SELECT count(*) FROM tables WHERE pg_has_role(relowner, 'USAGE')),
        (SELECT count(*) FROM tables WHERE has_table_privilege(oid, 'TRUNCATE, TRIGGER')),
        has_schema_privilege(current_schema(), 'CREATE')
    FROM pg_roles WHERE rolname = current_user
"""


def settings_are_complete(**_: object) -> list[CheckMessage]:
    """Check the settings that the program needs everywhere."""
    found = [*_secret_key(), *_credential_keys(), *_service_address(), *_settle_time()]
    found += [*_product_name(), *_login_providers(), *_files_host(), *_scanner(), *_heartbeats()]
    found += _operator()
    return [*found, *_metrics(), *_idle_time()]


def settings_are_safe(**_: object) -> list[CheckMessage]:
    """Check for unsafe settings in production; runs with `check --deploy` only."""
    found = [*_https(), *_hosts(), *_cookies(), *_database(), *_broker(), *_tasks(), *_mail()]
    return [*found, *_content_policy(), *_loggers(), *_failpoints(), *_secret_files()]


def database_is_of_this_version(
    *, databases: Sequence[str] | None = None, **_: object
) -> list[CheckMessage]:
    """Report a database that `migrate` cannot bring up to date; Django runs this before it."""
    return [_other_version(alias) for alias in databases or () if _is_of_another_version(alias)]


def database_role_is_limited(
    *, databases: Sequence[str] | None = None, **_: object
) -> list[CheckMessage]:
    """Report a role of PostgreSQL that may do more than the program needs.

    Who can run SQL as such a role can disable the triggers that keep final invoices unchanged.
    Runs with `check --deploy --database default` only; `migrate` needs the owner.
    """
    return [
        message
        for alias in databases or ()
        if connections[alias].vendor == "postgresql"
        for message in _role(alias)
    ]


def _role(alias: str) -> Iterator[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute(ROLE)
        name, has_every_right, owned, changeable, may_create = cursor.fetchone()
    if has_every_right:
        yield Error(
            f"The database role {name} is a superuser or skips row security, so nothing in the"
            " database is refused to the program.",
            hint=ROLE_HINT,
            id="timechimp_eb.E020",
        )
    elif owned or changeable or may_create:
        yield Error(
            f"The database role {name} owns {owned} tables, may truncate or put triggers on"
            f" {changeable}, and may {'' if may_create else 'not '}create tables. It should only"
            " read and write rows.",
            hint=ROLE_HINT,
            id="timechimp_eb.E021",
        )


def _is_of_another_version(alias: str) -> bool:
    connection = connections[alias]
    applied = MigrationRecorder(connection).applied_migrations()
    return is_of_another_version(applied, connection.introspection.table_names())


def _other_version(alias: str) -> CheckMessage:
    return Error(
        f"The database {connections[alias].settings_dict['NAME']} was made by another version of"
        " the program, whose tables differ. Nothing was changed.",
        hint="Set DATABASE_URL to an empty database, or start the version that made this one.",
        id="timechimp_eb.E013",
    )


def _secret_key() -> Iterator[CheckMessage]:
    if not _key_of_the_site():
        yield Error(
            "SECRET_KEY is empty, so no one can stay logged in.",
            hint="Set it to 50 or more random characters and keep it secret.",
            id="timechimp_eb.E001",
        )


def _key_of_the_site() -> str:
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:  # Django's own, less helpful, error for an empty key
        return ""


def _credential_keys() -> Iterator[CheckMessage]:
    if not settings.CREDENTIAL_KEYS:
        yield Error(
            "CREDENTIAL_KEYS is empty, so the security codes of e-Boekhouden cannot be stored.",
            hint=(
                "Create one with: ./run manage new_key. Keep it apart from the database's backups."
            ),
            id="timechimp_eb.E002",
        )
    elif not all(_is_fernet_key(key) for key in settings.CREDENTIAL_KEYS):
        yield Error(
            "CREDENTIAL_KEYS contains a value that is not a key: 32 bytes in URL-safe base64.",
            hint="Separate several keys by commas. Create one with: ./run manage new_key",
            id="timechimp_eb.E003",
        )
    elif _key_of_the_site() in settings.CREDENTIAL_KEYS:
        yield Error(
            "SECRET_KEY is also one of CREDENTIAL_KEYS: a person who gets one has both.",
            id="timechimp_eb.E004",
        )


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _service_address() -> Iterator[CheckMessage]:
    address = urlsplit(settings.EBOEKHOUDEN_URL)
    if not _is_https_or_here(address):
        yield Error(
            "EBOEKHOUDEN_URL is not https, so the security codes would be sent unencrypted.",
            hint="Use plain http only for a sandbox on this machine (127.0.0.1).",
            id="timechimp_eb.E005",
        )


def _settle_time() -> Iterator[CheckMessage]:
    if settings.BOOKING_SETTLE_SECONDS < 1:
        yield Error(
            "BOOKING_SETTLE_SECONDS is below 1, so a look-up could finish before the booking "
            "arrives.",
            id="timechimp_eb.E006",
        )


def _product_name() -> Iterator[CheckMessage]:
    name = settings.PRODUCT_NAME
    if not name:
        yield Error(
            "PRODUCT_NAME is empty, so the login page would have no name.",
            hint="Leave it out of the environment for the program's own name.",
            id="timechimp_eb.E011",
        )
    elif len(name) > LONGEST_NAME or not name.isprintable():
        yield Error(
            f"PRODUCT_NAME must be one line of at most {LONGEST_NAME} characters.",
            id="timechimp_eb.E012",
        )


def _login_providers() -> Iterator[CheckMessage]:
    for provider in settings.LOGIN_PROVIDERS:
        for fault in provider.faults:
            yield Error(
                fault,
                hint="Until then the login page does not offer it. docs/operations.md has the way.",
                id="timechimp_eb.E026",
            )


def _files_host() -> Iterator[CheckMessage]:
    name = settings.FILES_HOST
    if name and not HOST.fullmatch(name):
        yield Error(
            "FILES_HOST is not the name of a server, such as files.example.nl.",
            hint="Without https:// and without a path.",
            id="timechimp_eb.E027",
        )


def _scanner() -> Iterator[CheckMessage]:
    try:
        if settings.CLAMAV:
            scanner_at(settings.CLAMAV)
    except ValueError:
        yield Error(
            "CLAMAV is no address of a clamd, so no upload would be stored.",
            hint="For example tcp://clamav:3310 or unix:/run/clamav/clamd.ctl; empty for none.",
            id="timechimp_eb.E028",
        )


def _operator() -> Iterator[CheckMessage]:
    for address in settings.OPERATOR_EMAIL:
        try:
            validate_email(address)
        except ValidationError:
            yield Error(
                f"OPERATOR_EMAIL has {address!r}, which is no e-mail address.",
                hint="For example beheer@example.nl; several are separated by commas.",
                id="timechimp_eb.E029",
            )


def _heartbeats() -> Iterator[CheckMessage]:
    for name in ("HEARTBEAT_URL_BEAT", "HEARTBEAT_URL_BACKUP"):
        given = getattr(settings, name)
        if given and not _is_https_or_here(_split(given)):
            yield Error(
                f"{name} is not an https address, so anyone on the way could silence the alarm.",
                hint="Use the https address that the service shows.",
                id="timechimp_eb.E014",
            )


def _metrics() -> Iterator[CheckMessage]:
    if 0 < len(settings.METRICS_TOKEN) < SHORTEST_TOKEN:
        yield Error(
            f"METRICS_TOKEN has fewer than {SHORTEST_TOKEN} characters, so it can be guessed.",
            hint="For instance from: openssl rand -hex 24",
            id="timechimp_eb.E015",
        )


def _idle_time() -> Iterator[CheckMessage]:
    if settings.SESSION_IDLE_MINUTES < SHORTEST_IDLE_MINUTES:
        yield Error(
            f"SESSION_IDLE_MINUTES is below {SHORTEST_IDLE_MINUTES}, so people would be logged out"
            " while they fill in a form.",
            id="timechimp_eb.E030",
        )


def _split(address: str) -> SplitResult:
    """Return the parts of an address; those of no address if it is malformed."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _is_https_or_here(address: SplitResult) -> bool:
    is_here = address.hostname in LOOPBACK
    return address.scheme == "https" or (address.scheme == "http" and is_here)


def _https() -> Iterator[CheckMessage]:
    if not settings.HTTPS:
        yield Warning(
            "HTTPS is off, so sessions and passwords are sent unencrypted.",
            hint="Only the demo and tests on this machine may run without HTTPS.",
            id="timechimp_eb.W001",
        )
    if urlsplit(settings.EBOEKHOUDEN_URL).hostname in LOOPBACK:
        yield Warning(
            "EBOEKHOUDEN_URL points to this machine, so invoices would arrive in a sandbox.",
            id="timechimp_eb.W002",
        )
    if settings.SECURE_HSTS_PRELOAD and not settings.SECURE_HSTS_INCLUDE_SUBDOMAINS:
        yield Warning(
            "HSTS_PRELOAD is on without HSTS_INCLUDE_SUBDOMAINS, which the browsers' list needs.",
            id="timechimp_eb.W006",
        )


def _database() -> Iterator[CheckMessage]:
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        yield Warning(
            "The database is SQLite, which suits one small office on one machine with one worker.",
            hint="Set DATABASE_URL to a PostgreSQL database.",
            id="timechimp_eb.W003",
        )


def _hosts() -> Iterator[CheckMessage]:
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS contains *, so links in e-mails could lead to another website.",
            hint="List the names under which people reach the program.",
            id="timechimp_eb.E022",
        )


def _cookies() -> Iterator[CheckMessage]:
    names = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    if settings.HTTPS and not all(name.startswith("__Host-") for name in names):
        yield Error(
            "A cookie of the session or of the CSRF token has a name without __Host-, so another"
            " website of the same domain could set it.",
            id="timechimp_eb.E023",
        )


def _broker() -> Iterator[CheckMessage]:
    address = urlsplit(settings.CELERY_BROKER_URL)
    if address.hostname and address.hostname not in LOOPBACK and not address.password:
        yield Error(
            "REDIS_URL has no password and its server is not this machine, so anyone in that"
            " network can read and write tasks.",
            hint="Set REDIS_PASSWORD or REDIS_PASSWORD_FILE, and a password in Redis.",
            id="timechimp_eb.E024",
        )


def _secret_files() -> Iterator[CheckMessage]:
    for name, path in settings.SECRET_FILES.items():
        if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            yield Error(
                f"{name}_FILE names {path}, which every user of the machine can read or write.",
                hint=f"chmod o-rwx {path}",
                id="timechimp_eb.E025",
            )


def _tasks() -> Iterator[CheckMessage]:
    if [settings.CELERY_TASK_SERIALIZER, *settings.CELERY_ACCEPT_CONTENT] != ["json", "json"]:
        yield Error(
            "Celery accepts more than JSON, so anyone who can write to the broker could run code.",
            id="timechimp_eb.E007",
        )


def _mail() -> Iterator[CheckMessage]:
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        yield Warning(
            "EMAIL_URL does not name a mail server, so invoices and password links are not sent.",
            hint="For example EMAIL_URL=smtp+tls://user:password@mail.example.com:587",
            id="timechimp_eb.W004",
        )
    elif settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        yield Warning(
            "DEFAULT_FROM_EMAIL is an address on localhost, which other mail servers refuse.",
            id="timechimp_eb.W005",
        )


def _content_policy() -> Iterator[CheckMessage]:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    if any("unsafe" in str(source) for sources in directives.values() for source in sources):
        yield Error(
            "The content security policy allows unsafe scripts or styles.",
            id="timechimp_eb.E008",
        )


def _loggers() -> Iterator[CheckMessage]:
    if logging.getLogger("zeep").getEffectiveLevel() < logging.INFO:
        yield Error(
            "zeep logs at DEBUG level, which writes every security code to the log.",
            id="timechimp_eb.E009",
        )


def _failpoints() -> Iterator[CheckMessage]:
    if settings.FAILPOINTS_ALLOWED or "FAILPOINTS" in os.environ:
        yield Error(
            "FAILPOINTS is set, but only the crash test may set it.",
            hint="Remove it from the environment and start with timechimp_eb.settings.",
            id="timechimp_eb.E010",
        )

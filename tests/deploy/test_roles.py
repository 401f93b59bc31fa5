"""The role of the program reads and writes rows, and can change nothing else in PostgreSQL."""

import psycopg
import pytest
from psycopg import sql

from .servers import connect, make_roles

pytestmark = [pytest.mark.once, pytest.mark.redis]
TABLE = "billing_invoice"


@pytest.fixture
def program(installation):
    with connect(installation.database_port, "hours", installation.secrets) as connection:
        yield connection


@pytest.fixture
def owner(installation):
    with connect(installation.database_port, "hours_owner", installation.secrets) as connection:
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        f"ALTER TABLE {TABLE} ADD COLUMN more int",
        f"ALTER TABLE {TABLE} DISABLE TRIGGER ALL",
        f"ALTER TABLE {TABLE} DISABLE TRIGGER USER",
        f"DROP TABLE {TABLE} CASCADE",
        f"TRUNCATE {TABLE} CASCADE",
        f"CREATE TRIGGER other BEFORE UPDATE ON {TABLE} FOR EACH ROW"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        f"CREATE INDEX other ON {TABLE} (id)",
        "CREATE TABLE other (id int)",
        "CREATE TEMPORARY TABLE other (id int)",
        "CREATE FUNCTION other() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA other",
        "CREATE ROLE other",
        "ALTER ROLE hours SUPERUSER",
        "ALTER ROLE hours_owner PASSWORD 'known'",
        "GRANT hours_owner TO hours",
        "SET ROLE hours_owner",
        "SET session_replication_role = replica",
        "ALTER SYSTEM SET jit = on",
        "ALTER DATABASE hours SET session_replication_role = replica",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "COPY (SELECT 1) TO '/tmp/other'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM pg_authid",
    ],
)
def test_what_the_program_cannot_do(program: psycopg.Connection, statement: str):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        program.execute(statement)


def test_the_triggers_of_final_invoices_can_neither_be_replaced_nor_dropped(program):
    triggers = program.execute(
        "SELECT tgname, tgrelid::regclass::text, proname FROM pg_trigger JOIN pg_proc p"
        " ON p.oid = tgfoid WHERE NOT tgisinternal"
    ).fetchall()

    assert len(triggers) > 3
    for trigger, table, function in triggers:
        for statement in (
            sql.SQL("DROP TRIGGER {} ON {}").format(sql.Identifier(trigger), sql.Identifier(table)),
            sql.SQL("DROP FUNCTION {} CASCADE").format(sql.Identifier(function)),
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                program.execute(statement)


def test_what_the_program_needs(program):
    with program.transaction(force_rollback=True):
        row = program.execute(
            "INSERT INTO django_session (session_key, session_data, expire_date)"
            " VALUES ('x', '', now()) RETURNING session_key"
        ).fetchone()
        assert row == ("x",)
        program.execute("UPDATE django_session SET session_data = 'y'")
        program.execute("DELETE FROM django_session")
        program.execute("LOCK TABLE accounts_organisation IN SHARE ROW EXCLUSIVE MODE")
        assert program.execute("SELECT system_identifier FROM pg_control_system()").fetchone()[0]
    numbers = program.execute(
        "SELECT count(*), count(*) FILTER (WHERE has_sequence_privilege(oid, 'USAGE'))"
        " FROM pg_class WHERE relkind = 'S'"
    ).fetchone()
    assert numbers[0] == numbers[1] > 20


def test_no_table_is_forgotten_and_none_is_owned(program):
    tables = program.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND (relowner <> 'hours_owner'::regrole"
        " OR NOT has_table_privilege('hours', oid, 'SELECT')"
        " OR NOT has_table_privilege('hours', oid, 'INSERT')"
        " OR NOT has_table_privilege('hours', oid, 'UPDATE')"
        " OR NOT has_table_privilege('hours', oid, 'DELETE'))"
    ).fetchall()

    assert tables == []


def test_a_table_of_a_later_migration_is_the_programs_to_use(owner, program):
    owner.execute("CREATE TABLE later (id serial PRIMARY KEY)")
    try:
        assert program.execute("INSERT INTO later DEFAULT VALUES RETURNING id").fetchone() == (1,)
    finally:
        owner.execute("DROP TABLE later")


def test_neither_role_is_more_than_it_says(program):
    rights = program.execute(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'hours%'"
        " AND (rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls)"
    ).fetchall()
    makers = program.execute(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'hours%' AND rolcreatedb"
    ).fetchall()

    assert rights == []
    # The owner tries a backup in a database of its own.
    assert makers == [("hours_owner",)]


def test_a_wrong_password_opens_nothing(installation):
    address = f"host=127.0.0.1 port={installation.database_port} dbname=hours user=hours"
    for password in ("wrong", ""):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"{address} password='{password}'")


def test_the_script_repairs_what_was_changed(installation, owner, program):
    """As after a restore by the superuser, and after somebody gave the program too much."""
    address = f"postgres://postgres@127.0.0.1:{installation.database_port}/hours"
    with psycopg.connect(address, autocommit=True) as superuser:
        superuser.execute("ALTER ROLE hours SUPERUSER")
        superuser.execute("GRANT hours_owner TO hours")
        superuser.execute("GRANT TRUNCATE ON billing_invoice TO hours")
        superuser.execute("ALTER TABLE billing_invoice OWNER TO postgres")
        superuser.execute("CREATE TABLE restored (id int)")
        for _ in range(2):
            make_roles(installation.database_port, installation.secrets)

        for table in ("billing_invoice", "restored"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                program.execute(f"TRUNCATE {table} CASCADE")
        owner.execute("DROP TABLE restored")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        program.execute("SET ROLE hours_owner")

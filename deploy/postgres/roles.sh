#!/bin/sh
# Two roles in PostgreSQL, made or repaired; it can run again at any time.
#   hours_owner  owns the tables, migrates, makes backups and tries them in a database of its own
#   hours        is the program: it reads and writes rows, and can change no table, trigger or role
# PostgreSQL's container runs it when the database is new. Later, for instance after a restore or
# with other passwords: docker compose exec postgres /docker-entrypoint-initdb.d/roles.sh
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --single-transaction \
    --username="${POSTGRES_USER:-postgres}" --dbname="${POSTGRES_DB:-hours}" <<'SQL'
-- psql leaves the line break at the end of a file out.
\set owner_password `cat "${SECRETS:-/run/secrets}/owner_password"`
\set program_password `cat "${SECRETS:-/run/secrets}/program_password"`

SELECT format('CREATE ROLE %I', name) FROM (VALUES ('hours_owner'), ('hours')) AS wanted (name)
    WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec
ALTER ROLE hours_owner LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    PASSWORD :'owner_password';
ALTER ROLE hours LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    PASSWORD :'program_password';
SELECT format('REVOKE %I FROM hours', roleid::regrole::text) FROM pg_auth_members
    WHERE member = 'hours'::regrole \gexec

SELECT format('ALTER DATABASE %I OWNER TO hours_owner', current_database()) \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC, hours', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO hours', current_database()) \gexec
ALTER SCHEMA public OWNER TO hours_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC, hours;
GRANT USAGE ON SCHEMA public TO hours;

-- What another role made, for instance by a restore.
SELECT format('ALTER TABLE %s OWNER TO hours_owner', oid::regclass) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
    AND relowner <> 'hours_owner'::regrole \gexec
SELECT format('ALTER ROUTINE %s OWNER TO hours_owner', oid::regprocedure) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proowner <> 'hours_owner'::regrole \gexec

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, hours;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO hours;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO hours;
ALTER DEFAULT PRIVILEGES FOR ROLE hours_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO hours;
ALTER DEFAULT PRIVILEGES FOR ROLE hours_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO hours;
SQL

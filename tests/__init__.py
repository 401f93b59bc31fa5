"""The tests; `./run test` runs them on PostgreSQL and on SQLite."""

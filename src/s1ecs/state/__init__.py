"""State: what collecting and responding remember, kept in one SQLite file or in PostgreSQL."""

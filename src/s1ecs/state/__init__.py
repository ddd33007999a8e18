"""State: what collecting and responding remember, kept in one SQLite file."""

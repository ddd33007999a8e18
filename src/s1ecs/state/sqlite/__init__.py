"""The state in one SQLite file: checkpoints, leases, action journal, status and, for the store, documents."""

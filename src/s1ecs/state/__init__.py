"""The state database: one SQLite file that holds checkpoints and, for the store output, the documents."""

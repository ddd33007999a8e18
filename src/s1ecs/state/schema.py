"""The tables of the state database, as the steps that lead to them. A step, once released, never changes.

A step is a list of statements, so that all of it and its number fit into one transaction.
"""

SCHEMA_STEPS: tuple[tuple[str, ...], ...] = (
    # 1: the beginning
    (
        "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        """
        CREATE TABLE checkpoints (
            console TEXT NOT NULL,
            stream TEXT NOT NULL,
            walk TEXT NOT NULL,
            position TEXT NOT NULL,  -- JSON, understood by the stream's way of asking alone
            next_due TEXT,
            PRIMARY KEY (console, stream, walk)
        ) WITHOUT ROWID
        """,
        # What was delivered and may be read once more, because reads overlap.
        """
        CREATE TABLE seen (
            console TEXT NOT NULL,
            stream TEXT NOT NULL,
            id TEXT NOT NULL,
            time TEXT NOT NULL,
            PRIMARY KEY (console, stream, id)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX seen_by_time ON seen (console, stream, time)",
        """
        CREATE TABLE documents (
            id TEXT NOT NULL,
            stream TEXT NOT NULL,
            console TEXT NOT NULL,
            time TEXT,
            document TEXT NOT NULL,  -- JSON
            UNIQUE (console, stream, id)
        )
        """,
        "CREATE INDEX documents_by_time ON documents (stream, time)",
    ),
)

SCHEMA_VERSION = len(SCHEMA_STEPS)

"""The tables of the archive: which files there are, and which documents they have."""

ARCHIVE_TABLES: tuple[str, ...] = (
    """
    CREATE TABLE archive_files (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        stream TEXT NOT NULL,
        console TEXT NOT NULL,
        day TEXT NOT NULL,
        name TEXT NOT NULL UNIQUE,  -- path below the archive's folder
        documents INTEGER NOT NULL DEFAULT 0,  -- that are noted as archived in it
        finished INTEGER NOT NULL DEFAULT 0  -- no document of it is left in the store
    )
    """,
    "CREATE INDEX archive_files_by_day ON archive_files (stream, day)",
    # Ids stay, so that an archived document is never taken for a missing one.
    """
    CREATE TABLE archived (
        id TEXT NOT NULL,
        file INTEGER NOT NULL,  -- its number
        PRIMARY KEY (id, file)
    ) WITHOUT ROWID
    """,
)

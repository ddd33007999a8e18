"""Tables of consoles as rows."""

_TEXT = 'text COLLATE "C"'

CONSOLE_ROWS_TABLES = (
    f"""
    CREATE TABLE console_rows (
        name {_TEXT} PRIMARY KEY,
        settings jsonb NOT NULL,  -- the keys of an entry of `consoles` in the settings file; never a token
        tags text[] NOT NULL,
        paused boolean NOT NULL,
        revision bigint NOT NULL  -- that of the last change of this row
    )
    """,
    # One row: whoever changes the consoles locks it first, so that revisions follow one another as commits do.
    """
    CREATE TABLE console_rows_revision (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        revision bigint NOT NULL
    )
    """,
    "INSERT INTO console_rows_revision (revision) VALUES (0)",
)

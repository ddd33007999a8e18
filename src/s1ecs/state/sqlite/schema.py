"""The tables of the state database, as the steps that lead to them. A step, once released, never changes.

A step is a list of statements, so that all of it and its number fit into one transaction.
"""

from s1ecs.state.sqlite.archive_tables import ARCHIVE_TABLES

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
    # 2: inventories, calls per item, how polls ended
    (
        # One row a thing of an inventory: which state of it was delivered last, and in which round it was seen last.
        """
        CREATE TABLE things (
            console TEXT NOT NULL,
            stream TEXT NOT NULL,
            thing TEXT NOT NULL,
            id TEXT NOT NULL,
            round INTEGER NOT NULL,
            PRIMARY KEY (console, stream, thing)
        ) WITHOUT ROWID
        """,
        # A round is one whole walk; whatever was seen last before the round that was completed last is gone.
        """
        CREATE TABLE rounds (
            console TEXT NOT NULL,
            stream TEXT NOT NULL,
            completed INTEGER NOT NULL,
            PRIMARY KEY (console, stream)
        ) WITHOUT ROWID
        """,
        # Items that a call each is made for: the version that was read through, or the item to be asked for again.
        """
        CREATE TABLE items (
            console TEXT NOT NULL,
            stream TEXT NOT NULL,
            item TEXT NOT NULL,
            version TEXT,
            failed TEXT,  -- JSON, the item as the list had it; null once it was read
            reason TEXT,
            tried TEXT,
            PRIMARY KEY (console, stream, item)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX items_by_trial ON items (console, stream, tried) WHERE failed IS NOT NULL",
        # How each stream's last poll ended.
        """
        CREATE TABLE polls (
            console TEXT NOT NULL,
            stream TEXT NOT NULL,
            polled TEXT NOT NULL,
            state TEXT NOT NULL,  -- ok, set aside, failed, stopped; never polled before the first poll ended
            reason TEXT NOT NULL,
            documents INTEGER NOT NULL,  -- delivered since the beginning
            newest TEXT,  -- the greatest time that a record had
            PRIMARY KEY (console, stream)
        ) WITHOUT ROWID
        """,
    ),
    # 3: files, and what outputs refused
    (
        # How many batches a writer of files committed.
        "CREATE TABLE file_writers (writer TEXT PRIMARY KEY, batches INTEGER NOT NULL) WITHOUT ROWID",
        # How far the file that a writer has open for a stream is good.
        """
        CREATE TABLE files (
            writer TEXT NOT NULL,
            stream TEXT NOT NULL,
            sequence INTEGER NOT NULL,  -- the greatest number that a file of the stream had
            file TEXT,  -- null: none is open
            bytes INTEGER NOT NULL,
            opened TEXT NOT NULL,
            PRIMARY KEY (writer, stream)
        ) WITHOUT ROWID
        """,
        "ALTER TABLE polls ADD COLUMN refused INTEGER NOT NULL DEFAULT 0",  # documents among the dead letters
    ),
    # 4: documents by their age, whatever their stream, and whether one is the latest state of a thing
    (
        "CREATE INDEX documents_by_age ON documents (time)",
        "CREATE INDEX things_by_id ON things (console, stream, id)",
    ),
    # 5: signs of life, all by this machine's clock
    (
        # One row: the `run` that showed itself last. `ended` is null as long as nobody told it to stop.
        """
        CREATE TABLE runs (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            host TEXT NOT NULL,
            pid INTEGER NOT NULL,
            started TEXT NOT NULL,
            beat TEXT NOT NULL,
            ended TEXT
        )
        """,
        # When each stream's last poll without trouble ended, and when a step of it was saved last.
        """
        CREATE TABLE progress (
            console TEXT NOT NULL,
            stream TEXT NOT NULL,
            good TEXT,
            moved TEXT,
            PRIMARY KEY (console, stream)
        ) WITHOUT ROWID
        """,
        # When each console's token expires (null: nobody tells), and when that was asked.
        "CREATE TABLE tokens (console TEXT PRIMARY KEY, expires TEXT, learned TEXT NOT NULL) WITHOUT ROWID",
    ),
    # 6: what a backfill remembers for itself
    (
        """
        CREATE TABLE backfilled (
            console TEXT NOT NULL,
            stream TEXT NOT NULL,
            walk TEXT NOT NULL,
            id TEXT NOT NULL,
            slice INTEGER NOT NULL,
            PRIMARY KEY (console, stream, id, walk)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX backfilled_by_slice ON backfilled (console, stream, walk, slice)",
    ),
    # 7: documents that wait for an output that does not take them now
    (
        """
        CREATE TABLE spooled (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            output TEXT NOT NULL,
            console TEXT NOT NULL,
            namespace TEXT NOT NULL,
            stream TEXT NOT NULL,
            id TEXT NOT NULL,
            document TEXT NOT NULL,  -- JSON
            about TEXT,  -- JSON, what the batch said of the document beside it
            bytes INTEGER NOT NULL,
            time TEXT NOT NULL  -- when it was spooled, by this machine's clock
        )
        """,
        "CREATE INDEX spooled_by_output ON spooled (output, number)",
        "CREATE INDEX spooled_by_id ON spooled (id)",
        # What waits in all, so that nobody must count it; right whoever adds or removes rows.
        """
        CREATE TABLE spools (
            output TEXT PRIMARY KEY,
            documents INTEGER NOT NULL,
            bytes INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TRIGGER spooled_one AFTER INSERT ON spooled BEGIN
            INSERT INTO spools (output, documents, bytes) VALUES (new.output, 1, new.bytes)
            ON CONFLICT DO UPDATE SET documents = documents + 1, bytes = bytes + excluded.bytes;
        END
        """,
        """
        CREATE TRIGGER unspooled_one AFTER DELETE ON spooled BEGIN
            UPDATE spools SET documents = documents - 1, bytes = bytes - old.bytes WHERE output = old.output;
        END
        """,
    ),
    # 8: response actions
    (
        """
        CREATE TABLE actions (
            id TEXT PRIMARY KEY,
            console TEXT NOT NULL,
            action TEXT NOT NULL,
            requested TEXT NOT NULL,
            status TEXT NOT NULL,
            reason TEXT NOT NULL,
            finished TEXT,
            about TEXT NOT NULL,  -- JSON: who, on which hosts, what, why, the console's ids
            follow TEXT NOT NULL  -- JSON, how to follow it; may hold a password, and goes into no document
        ) WITHOUT ROWID
        """,
        # Documents that some output has not taken yet, in the order they came.
        """
        CREATE TABLE action_documents (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            action TEXT NOT NULL,
            console TEXT NOT NULL,
            namespace TEXT NOT NULL,
            id TEXT NOT NULL UNIQUE,
            document TEXT NOT NULL  -- JSON
        )
        """,
        # Which outputs these are; the document goes with the last of them.
        """
        CREATE TABLE action_deliveries (
            output TEXT NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (output, number)
        ) WITHOUT ROWID
        """,
    ),
    # 9: inventories in doubt, consoles by their own identity, outputs that were there before
    (
        # The round of the last complete walk, where it is in doubt and `completed` is an earlier one; null: none is.
        "ALTER TABLE rounds ADD COLUMN walked INTEGER",
        "ALTER TABLE rounds ADD COLUMN known INTEGER",  # things that were there when that walk began
        "ALTER TABLE rounds ADD COLUMN unseen INTEGER",  # those of them that it did not see
        """
        CREATE TABLE consoles (
            name TEXT PRIMARY KEY,
            born TEXT NOT NULL,  -- the name under which its state began
            address TEXT,  -- null: to be learned at the next contact, without a question
            ids TEXT NOT NULL DEFAULT '[]',  -- JSON, what it said of itself
            scope TEXT NOT NULL DEFAULT '',  -- the site_ids of the settings
            moving TEXT  -- the name that documents and dead letters may still have; null: none
        ) WITHOUT ROWID
        """,
        "CREATE TABLE outputs (name TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID",
    ),
    # 10: marks of outputs, and one outbox
    (
        """
        CREATE TABLE output_marks (
            output TEXT NOT NULL,
            key TEXT NOT NULL,  -- what moves by itself, such as a feed
            value TEXT NOT NULL,  -- JSON, understood by the output alone
            PRIMARY KEY (output, key)
        ) WITHOUT ROWID
        """,
        # One outbox: documents of response actions wait where all others do.
        """
        INSERT INTO spooled (output, console, namespace, stream, id, document, bytes, time)
        SELECT output, action_documents.console, namespace, 'response_action', action_documents.id, document,
            length(CAST(document AS BLOB)),
            coalesce(json_extract(document, '$."@timestamp"'), requested, '1970-01-01T00:00:00Z')
        FROM action_deliveries JOIN action_documents USING (number)
            LEFT JOIN actions ON actions.id = action_documents.action
        ORDER BY number
        """,
        "DROP TABLE action_deliveries",
        "DROP TABLE action_documents",
        # They are no backlog, and counted by themselves.
        "CREATE INDEX spooled_of_actions ON spooled (output, bytes, time) WHERE stream = 'response_action'",
    ),
    # 11: tables of the store for each stream, which it makes itself by the stream's columns
    (
        """
        CREATE TABLE stream_tables (
            stream TEXT PRIMARY KEY,
            definition TEXT NOT NULL,  -- the SQL that made them
            below INTEGER NOT NULL  -- documents with a smaller rowid have no row yet; 0: all have one
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE hourly_counts (
            stream TEXT NOT NULL,
            dimension TEXT NOT NULL,  -- the name of a column of the stream's table
            hour TEXT NOT NULL,  -- 2026-01-31T12; empty: documents without a time
            console TEXT NOT NULL,
            value NOT NULL,  -- empty: documents without one
            count INTEGER NOT NULL,
            PRIMARY KEY (stream, dimension, hour, console, value)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX consoles_moving ON consoles (moving) WHERE moving IS NOT NULL",
    ),
    # 12: the archive
    ARCHIVE_TABLES,
)

SCHEMA_VERSION = len(SCHEMA_STEPS)

"""Tables of the state, as of the first migration.

Text is compared byte by byte, whatever the locale of the database: times of consoles are ISO 8601 and kept as text.
"""

_TEXT = 'text COLLATE "C"'

_CHECKPOINTS = (
    f"CREATE TABLE about (name {_TEXT} PRIMARY KEY, value text NOT NULL)",
    # Each thread with a connection counts its transactions here, so that a commit whose answer was lost is found again.
    """
    CREATE TABLE commits (
        writer uuid PRIMARY KEY,
        number bigint NOT NULL,
        at timestamptz NOT NULL DEFAULT now()
    ) WITH (fillfactor = 50)
    """,
    f"""
    CREATE TABLE leases (
        console {_TEXT} NOT NULL,
        stream {_TEXT} NOT NULL,
        walk {_TEXT} NOT NULL,
        epoch bigint NOT NULL,  -- only ever grows
        holder uuid,  -- of one open state; null: free
        holder_name text NOT NULL,  -- process and host, for people
        expires timestamptz NOT NULL,  -- by the clock of this server
        PRIMARY KEY (console, stream, walk)
    ) WITH (fillfactor = 50)
    """,
    "CREATE INDEX leases_by_holder ON leases (holder) WHERE holder IS NOT NULL",
    f"""
    CREATE TABLE checkpoints (
        console {_TEXT} NOT NULL,
        stream {_TEXT} NOT NULL,
        walk {_TEXT} NOT NULL,
        position text NOT NULL,  -- JSON, understood by the stream's strategy alone
        next_due timestamptz,
        commits bigint NOT NULL DEFAULT 1,  -- of this walk: another number than expected means that one was lost
        PRIMARY KEY (console, stream, walk)
    ) WITH (fillfactor = 50)
    """,
    # What was delivered and may be read once more, because reads overlap.
    f"""
    CREATE TABLE seen (
        console {_TEXT} NOT NULL,
        stream {_TEXT} NOT NULL,
        id {_TEXT} NOT NULL,
        time {_TEXT} NOT NULL,
        PRIMARY KEY (console, stream, id)
    )
    """,
    "CREATE INDEX seen_by_time ON seen (console, stream, time)",
    # What a backfill remembers for itself.
    f"""
    CREATE TABLE backfilled (
        console {_TEXT} NOT NULL,
        stream {_TEXT} NOT NULL,
        walk {_TEXT} NOT NULL,
        id {_TEXT} NOT NULL,
        slice bigint NOT NULL,
        PRIMARY KEY (console, stream, id, walk)
    )
    """,
    "CREATE INDEX backfilled_by_slice ON backfilled (console, stream, walk, slice)",
)

_INVENTORIES = (
    # One row an entity: the state of it that was delivered last, and the round in which it was seen last.
    f"""
    CREATE TABLE entities (
        console {_TEXT} NOT NULL,
        stream {_TEXT} NOT NULL,
        entity {_TEXT} NOT NULL,
        id {_TEXT} NOT NULL,
        round bigint NOT NULL,
        PRIMARY KEY (console, stream, entity)
    ) WITH (fillfactor = 70)
    """,
    f"""
    CREATE TABLE rounds (
        console {_TEXT} NOT NULL,
        stream {_TEXT} NOT NULL,
        completed bigint NOT NULL,
        walked bigint,  -- the round of the last complete walk, where it is in doubt
        known bigint,
        unseen bigint,
        PRIMARY KEY (console, stream)
    )
    """,
    # Items that a call each is made for: the version that was read through, or the item to be requested again.
    f"""
    CREATE TABLE items (
        console {_TEXT} NOT NULL,
        stream {_TEXT} NOT NULL,
        item {_TEXT} NOT NULL,
        version {_TEXT},
        failed text,  -- JSON, the item as the list had it; null once it was read
        reason text,
        tried {_TEXT},
        PRIMARY KEY (console, stream, item)
    )
    """,
    "CREATE INDEX items_by_trial ON items (console, stream, tried) WHERE failed IS NOT NULL",
)

_STATUS = (
    f"""
    CREATE TABLE polls (
        console {_TEXT} NOT NULL,
        stream {_TEXT} NOT NULL,
        polled text NOT NULL,
        state text NOT NULL,
        reason text NOT NULL,
        documents bigint NOT NULL DEFAULT 0,
        refused bigint NOT NULL DEFAULT 0,
        newest text,
        PRIMARY KEY (console, stream)
    ) WITH (fillfactor = 50)
    """,
    # When each stream's last poll without trouble ended, and when a step of it was saved last.
    f"""
    CREATE TABLE progress (
        console {_TEXT} NOT NULL,
        stream {_TEXT} NOT NULL,
        good timestamptz,
        moved timestamptz,
        PRIMARY KEY (console, stream)
    ) WITH (fillfactor = 50)
    """,
    # The processes that collect: one row a host and process.
    f"""
    CREATE TABLE runs (
        host {_TEXT} NOT NULL,
        pid bigint NOT NULL,
        process text NOT NULL,
        started timestamptz NOT NULL,
        beat timestamptz NOT NULL,
        ended timestamptz,
        PRIMARY KEY (host, pid)
    ) WITH (fillfactor = 50)
    """,
    f"CREATE TABLE tokens (console {_TEXT} PRIMARY KEY, expires timestamptz, learned timestamptz NOT NULL)",
    f"""
    CREATE TABLE clocks (
        console {_TEXT} PRIMARY KEY,
        ahead double precision NOT NULL,
        learned timestamptz NOT NULL
    )
    """,
    f"""
    CREATE TABLE consoles (
        name {_TEXT} PRIMARY KEY,
        born {_TEXT} NOT NULL,  -- the name under which its state began
        address text,  -- null: to be learned at the next contact
        ids text[] NOT NULL,
        scope text NOT NULL,
        moving {_TEXT}  -- the name that some of its dead letters may still have
    )
    """,
    f"CREATE TABLE outputs (name {_TEXT} PRIMARY KEY, since text NOT NULL)",
)

_OUTPUTS = (
    f"""
    CREATE TABLE output_marks (
        output {_TEXT} NOT NULL,
        key {_TEXT} NOT NULL,  -- what moves by itself, such as a feed
        value text NOT NULL,  -- JSON, understood by the output alone
        PRIMARY KEY (output, key)
    )
    """,
    # A writer of files is one process on one host.
    f"CREATE TABLE file_writers (writer {_TEXT} PRIMARY KEY, batches bigint NOT NULL)",
    f"""
    CREATE TABLE files (
        writer {_TEXT} NOT NULL,
        stream {_TEXT} NOT NULL,
        sequence bigint NOT NULL,  -- the greatest number that a file of the stream had
        file text,  -- null: none is open
        bytes bigint NOT NULL,
        opened text NOT NULL,
        PRIMARY KEY (writer, stream)
    )
    """,
    f"""
    CREATE TABLE spooled (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        output {_TEXT} NOT NULL,
        console {_TEXT} NOT NULL,
        namespace {_TEXT} NOT NULL,
        stream {_TEXT} NOT NULL,
        id {_TEXT} NOT NULL,
        document text NOT NULL,  -- JSON
        about text,  -- JSON, what the batch said of the document beside it
        bytes bigint NOT NULL,
        time timestamptz NOT NULL  -- by the clock of the process that put it there
    )
    """,
    "CREATE INDEX spooled_by_output ON spooled (output, number)",
    "CREATE INDEX spooled_by_id ON spooled (id)",
    "CREATE INDEX spooled_of_actions ON spooled (output, bytes, time) WHERE stream = 'response_action'",
    # What waits in all is the sum of an output's rows. There are several, so that processes do not wait for each other.
    f"""
    CREATE TABLE spools (
        output {_TEXT} NOT NULL,
        part integer NOT NULL,
        documents bigint NOT NULL,
        bytes bigint NOT NULL,
        PRIMARY KEY (output, part)
    ) WITH (fillfactor = 50)
    """,
    f"""
    CREATE TABLE dead_letters (
        number bigint GENERATED ALWAYS AS IDENTITY,
        output {_TEXT} NOT NULL,
        console {_TEXT} NOT NULL,
        stream {_TEXT} NOT NULL,
        id {_TEXT} NOT NULL,
        letter text NOT NULL,  -- JSON, all of it
        PRIMARY KEY (output, console, stream, id)
    )
    """,
    "CREATE INDEX dead_letters_by_stream ON dead_letters (stream, number)",
)

_ACTIONS = (
    f"""
    CREATE TABLE actions (
        id {_TEXT} PRIMARY KEY,
        console {_TEXT} NOT NULL,
        action text NOT NULL,
        requested {_TEXT} NOT NULL,
        status {_TEXT} NOT NULL,
        reason text NOT NULL,
        finished text,
        about text NOT NULL,  -- JSON: who, on which hosts, what, why, the console's ids
        follow text NOT NULL  -- JSON; may hold a password, and goes into no document
    )
    """,
    "CREATE INDEX actions_by_time ON actions (requested DESC, id)",
)

STATE_TABLES: tuple[str, ...] = (*_CHECKPOINTS, *_INVENTORIES, *_STATUS, *_OUTPUTS, *_ACTIONS)

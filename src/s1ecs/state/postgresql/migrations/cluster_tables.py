"""Tables of a cluster: what is due, the workers, and rate limits that hold for all of them."""

_TEXT = 'text COLLATE "C"'

CLUSTER_TABLES: tuple[str, ...] = (
    # One row a stream of a console. All times are by the clock of this server.
    f"""
    CREATE TABLE work (
        console {_TEXT} NOT NULL,
        stream {_TEXT} NOT NULL,
        enabled boolean NOT NULL DEFAULT true,
        next_due timestamptz NOT NULL DEFAULT now(),
        queued timestamptz,  -- since when a job for it is on its way; null: none is
        worker {_TEXT},  -- that polls it now, since `began`
        began timestamptz,
        ended timestamptz,  -- of the last poll; null: there was none
        failures integer NOT NULL DEFAULT 0,  -- in a row
        reason text NOT NULL DEFAULT '',
        unsettled text[] NOT NULL DEFAULT '{{}}',  -- workers whose polls of it did not end well
        PRIMARY KEY (console, stream)
    ) WITH (fillfactor = 50)
    """,
    "CREATE INDEX work_by_due ON work (next_due) WHERE enabled AND queued IS NULL",
    "CREATE INDEX work_queued ON work (queued) WHERE queued IS NOT NULL",
    "CREATE INDEX work_by_worker ON work (worker) WHERE worker IS NOT NULL",
    f"""
    CREATE TABLE workers (
        id {_TEXT} PRIMARY KEY,
        host text NOT NULL,
        pid bigint NOT NULL,
        version text NOT NULL,
        concurrency integer NOT NULL,
        running integer NOT NULL,
        dispatcher boolean NOT NULL,
        draining boolean NOT NULL DEFAULT false,
        started timestamptz NOT NULL DEFAULT now(),
        beat timestamptz NOT NULL DEFAULT now()
    ) WITH (fillfactor = 50)
    """,
    # When the next request of a family of paths fits into its long-run rate.
    f"""
    CREATE TABLE rate_buckets (
        identity {_TEXT} NOT NULL,
        family {_TEXT} NOT NULL,
        ready timestamptz NOT NULL,
        PRIMARY KEY (identity, family)
    ) WITH (fillfactor = 50)
    """,
)

"""The history of a cluster, which the database itself writes down: leases taken and given back, steps, polls.

Triggers log in the same transaction as what they log, so that the history has all that was committed, in its order,
and nothing else. Each worker connects under a name of its own, which tells who did it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import psycopg

_SETUP = """
CREATE SCHEMA chaos;
CREATE TABLE chaos.history (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    who text NOT NULL DEFAULT current_setting('application_name'),
    kind text NOT NULL, console text NOT NULL, stream text NOT NULL, walk text NOT NULL DEFAULT '',
    epoch bigint NOT NULL DEFAULT 0, moved boolean NOT NULL DEFAULT false
);
CREATE FUNCTION chaos.of_lease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.epoch = OLD.epoch AND NEW.holder IS NOT DISTINCT FROM OLD.holder THEN
        RETURN NULL;
    END IF;
    INSERT INTO chaos.history (kind, console, stream, walk, epoch)
    VALUES (CASE WHEN NEW.holder IS NULL THEN 'released' ELSE 'taken' END,
        NEW.console, NEW.stream, NEW.walk, NEW.epoch);
    RETURN NULL;
END $$;
CREATE FUNCTION chaos.of_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos.history (kind, console, stream, walk, epoch, moved)
    SELECT 'step', NEW.console, NEW.stream, NEW.walk,
        coalesce((SELECT epoch FROM s1ecs.leases AS lease WHERE (lease.console, lease.stream, lease.walk)
            = (NEW.console, NEW.stream, NEW.walk)), 0),
        NEW.next_due IS DISTINCT FROM OLD.next_due;
    RETURN NULL;
END $$;
CREATE FUNCTION chaos.of_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.worker IS DISTINCT FROM OLD.worker THEN
        INSERT INTO chaos.history (kind, console, stream)
        VALUES (CASE WHEN NEW.worker IS NULL THEN 'ended' ELSE 'begun' END, NEW.console, NEW.stream);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER chaos_lease AFTER INSERT OR UPDATE ON s1ecs.leases FOR EACH ROW EXECUTE FUNCTION chaos.of_lease();
CREATE TRIGGER chaos_step AFTER INSERT OR UPDATE ON s1ecs.checkpoints FOR EACH ROW EXECUTE FUNCTION chaos.of_step();
CREATE TRIGGER chaos_work AFTER UPDATE ON s1ecs.work FOR EACH ROW EXECUTE FUNCTION chaos.of_work();
"""
_READ = """
SELECT extract(epoch FROM at)::float8, who, kind, console, stream, walk, epoch, moved FROM chaos.history
WHERE at >= to_timestamp(%s) ORDER BY number
"""
_POLLING = "SELECT FROM s1ecs.work JOIN s1ecs.workers ON workers.id = work.worker WHERE pid = %s"


class Entry(NamedTuple):
    """One line of the history.

    `kind`: a lease was `taken` or `released`, a `step` of a walk was committed (`moved`: with it the walk came to its
    end), or a poll was `begun` or `ended`. `epoch` is that of the lease at that moment, whoever had it.
    """

    time: float
    who: str
    kind: str
    console: str
    stream: str
    walk: str = ""
    epoch: int = 0
    moved: bool = False


@dataclass(frozen=True)
class History:
    """The history in a database; its times are the server's, in Unix time."""

    database: str

    def begin(self) -> None:
        """Have the database write it; the tables of the state must be there."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute(_SETUP)

    def read(self, since: float = 0.0) -> Sequence[Entry]:
        """Return all of it, or what came later."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            return [Entry(*row) for row in connection.execute(_READ, [since])]

    def now(self) -> float:
        """Return the server's time."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            [(time,)] = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchall()
            return float(time)

    def is_polling(self, process: int) -> bool:
        """Tell whether a worker is amid a poll; True while one can't know."""
        try:
            with psycopg.connect(self.database, autocommit=True) as connection:
                return bool(connection.execute(_POLLING, [process]).fetchall())
        except psycopg.Error:
            return True

    def failed_items(self) -> int:
        """Return how many items there are whose calls failed."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            [(count,)] = connection.execute("SELECT count(*) FROM s1ecs.items WHERE failed IS NOT NULL").fetchall()
            return int(count)

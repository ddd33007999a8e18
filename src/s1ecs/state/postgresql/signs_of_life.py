"""Signs of life in PostgreSQL: a row for each process that collects."""

from collections.abc import Mapping
from datetime import datetime

from s1ecs.state.heartbeats import ConsoleClock, Life, Run, StreamProgress, TokenExpiry
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.transaction import PgConnection
from s1ecs.state.status import Key


class PostgresHeartbeats:
    """Signs of life in one schema."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def save_run(self, run: Run) -> None:
        """Save that a `run` is at work, or that it was told to stop."""
        values = [run.host, run.pid, run.process, run.started, run.beat, run.ended]

        def save(connection: PgConnection) -> None:
            connection.execute(
                "INSERT INTO runs (host, pid, process, started, beat, ended) VALUES (%s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (host, pid) DO UPDATE SET process = excluded.process, started = excluded.started,"
                " beat = excluded.beat, ended = excluded.ended",
                values,
            )
            # Process ids change with each start of a container.
            connection.execute("DELETE FROM runs WHERE beat < %s - interval '7 days'", [run.beat])

        await self._database.run(save)

    async def tokens(self) -> Mapping[str, TokenExpiry]:
        """Return each console's token as last learned."""
        return await self._database.run(read_tokens)

    async def save_token(self, console: str, token: TokenExpiry) -> None:
        """Save when a console's token expires."""

        def save(connection: PgConnection) -> None:
            connection.execute(
                "INSERT INTO tokens (console, expires, learned) VALUES (%s, %s, %s)"
                " ON CONFLICT (console) DO UPDATE SET expires = excluded.expires, learned = excluded.learned",
                [console, token.expires, token.learned],
            )

        await self._database.run(save)

    async def save_clock(self, console: str, clock: ConsoleClock) -> None:
        """Save how far a console's clock is ahead of ours."""

        def save(connection: PgConnection) -> None:
            connection.execute(
                "INSERT INTO clocks (console, ahead, learned) VALUES (%s, %s, %s)"
                " ON CONFLICT (console) DO UPDATE SET ahead = excluded.ahead, learned = excluded.learned",
                [console, clock.ahead, clock.learned],
            )

        await self._database.run(save)


def save_good(connection: PgConnection, console: str, stream: str, moment: datetime) -> None:
    """Save that a poll ended without trouble."""
    connection.execute(
        "INSERT INTO progress (console, stream, good) VALUES (%s, %s, %s)"
        " ON CONFLICT (console, stream) DO UPDATE SET good = excluded.good",
        [console, stream, moment],
    )


def save_moved(connection: PgConnection, console: str, stream: str, moment: datetime) -> None:
    """Save when a step was saved."""
    connection.execute(
        "INSERT INTO progress (console, stream, moved) VALUES (%s, %s, %s)"
        " ON CONFLICT (console, stream) DO UPDATE SET moved = excluded.moved",
        [console, stream, moment],
    )


def read_tokens(connection: PgConnection) -> Mapping[str, TokenExpiry]:
    """Return each console's token as last learned."""
    rows = connection.execute("SELECT console, expires, learned FROM tokens")
    return {console: TokenExpiry(expires, learned) for console, expires, learned in rows}


def read_life(connection: PgConnection) -> Life:
    """Return all signs of life; of several processes that run, the one that reported last."""
    run = connection.execute(
        "SELECT host, pid, started, beat, ended, process FROM runs ORDER BY beat DESC LIMIT 1"
    ).fetchone()
    progress = connection.execute("SELECT console, stream, good, moved FROM progress").fetchall()
    clocks = connection.execute("SELECT console, ahead, learned FROM clocks").fetchall()
    return Life(
        None if run is None else Run(*run),
        {Key(console, stream): StreamProgress(good, moved) for console, stream, good, moved in progress},
        read_tokens(connection),
        {console: ConsoleClock(ahead, learned) for console, ahead, learned in clocks},
    )

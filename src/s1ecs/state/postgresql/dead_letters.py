"""Dead letters as rows, with a connection for each question; they are added in the commits of what was refused."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from s1ecs.errors import StateError
from s1ecs.state.dead_letters import Letter
from s1ecs.state.postgresql.explained import explained
from s1ecs.state.postgresql.readonly import reading
from s1ecs.state.postgresql.server import PostgresServer
from s1ecs.state.postgresql.transaction import PgConnection, connection_of
from s1ecs.state.transaction import Transaction

_RETRYING = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
_KEY = "output, console, stream, id"


class PostgresDeadLetters:
    """The dead letters of one schema."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server

    def append(self, transaction: Transaction, found: Sequence[Letter]) -> None:
        """Add letters in a commit."""
        _save(connection_of(transaction), found)

    def streams(self) -> list[str]:
        """Return the streams that have letters, by name."""
        with reading(self._server) as connection:
            rows = connection.execute("SELECT DISTINCT stream FROM dead_letters ORDER BY stream") if connection else ()
            return [row[0] for row in rows]

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Count the letters by console and stream."""
        statement = "SELECT console, stream, count(*) FROM dead_letters GROUP BY console, stream"
        with reading(self._server) as connection:
            rows = connection.execute(statement) if connection else ()
            return {(console, stream): count for console, stream, count in rows}

    def read(self, stream: str) -> list[Letter]:
        """Return a stream's letters, the oldest first, each once."""
        with reading(self._server) as connection:
            return [] if connection is None else self._letters(connection, stream)

    @contextmanager
    def retrying(self) -> Iterator[None]:
        """Be the only one who delivers letters again; raise StateError where another process does."""
        with explained(self._server):
            connection = self._server.connect()
        with connection:
            with explained(self._server):
                [(free,)] = connection.execute(_RETRYING, [f"s1ecs retries of {self._server.schema}"]).fetchall()
            if not free:
                raise StateError(
                    f"{self._server}: another process is retrying dead letters; wait until it has finished"
                )
            yield

    def replace(self, stream: str, change: Callable[[Letter], Letter | None]) -> None:
        """Write a stream's letters anew, each as `change` makes it, those left out that it makes None of."""
        with explained(self._server), self._server.connect() as connection, connection.transaction():
            # What comes meanwhile waits for the end.
            connection.execute("LOCK TABLE dead_letters IN EXCLUSIVE MODE")
            for letter in self._letters(connection, stream):
                changed = change(letter)
                if changed == letter:
                    continue
                connection.execute(f"DELETE FROM dead_letters WHERE ({_KEY}) = (%s, %s, %s, %s)", letter.key)
                if changed is not None:
                    _save(connection, [changed])

    def _letters(self, connection: PgConnection, stream: str) -> list[Letter]:
        rows = connection.execute("SELECT number, letter FROM dead_letters WHERE stream = %s ORDER BY number", [stream])
        cure = "correct or delete this row"
        return [
            Letter.from_json(text.encode(), f"{self._server}: dead_letters, number {number}", cure)
            for number, text in rows
        ]


def _save(connection: PgConnection, found: Sequence[Letter]) -> None:
    # Of letters with one key the last, and all in one order, so that no two commits wait for each other.
    letters = sorted({letter.key: letter for letter in found}.items())
    columns = zip(*((*key, letter.to_json().decode()) for key, letter in letters), strict=True)
    connection.execute(
        f"INSERT INTO dead_letters ({_KEY}, letter)"
        " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
        f" ON CONFLICT ({_KEY}) DO UPDATE SET letter = excluded.letter",
        [*map(list, columns)],
    )

"""Errors of PostgreSQL and libpq, as StateErrors that name the server and the cure."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from s1ecs.errors import StateError, StateFull
from s1ecs.masking import masked
from s1ecs.state.postgresql.server import PostgresServer

_NOTHING_LOST = "nothing that was committed is lost"
_CONTINUES = f"`run` then continues on its own; {_NOTHING_LOST}"


@contextmanager
def explained(server: PostgresServer) -> Iterator[None]:
    """Turn what psycopg raises into a StateError that says what to do."""
    try:
        yield
    except psycopg.Error as error:
        raise explanation(server, error) from None


def is_lost(error: psycopg.Error) -> bool:
    """Tell whether an error means that the connection is gone, or the server not ready, so that another may serve."""
    lost = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow, errors.IdleInTransactionSessionTimeout)
    if isinstance(error, (*lost, errors.TooManyConnections, errors.ReadOnlySqlTransaction)):
        return True
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and error.sqlstate is None


def is_conflict(error: psycopg.Error) -> bool:
    """Tell whether a transaction was undone only because of another one, so that it may be repeated."""
    return isinstance(error, errors.SerializationFailure | errors.DeadlockDetected)


def explanation(server: PostgresServer, error: psycopg.Error) -> StateError:
    """Return the error that says what to do."""
    said = masked(" ".join(str(error).split()))
    found = next((text for kinds, text in _CURES if isinstance(error, kinds)), None)
    if isinstance(error, errors.DiskFull):
        return StateFull(f"{server}: no space left on its disk; free some space: {_CONTINUES}")
    if found is None:
        found = next((text for words, text in _AT_LOGIN.items() if words in said), None)
    if found is not None:
        return StateError(f"{server}: {found} ({said})")
    if is_lost(error):
        return StateError(
            f"{server}: can't be reached ({said}); check that it runs and the setting state: {_CONTINUES}"
        )
    return StateError(f"{server}: {said}")


# While connecting there are no error classes, and the words are those of the language of the server.
_LOGIN = "login refused; check user and password of the setting state"
_NO_DATABASE = "no such database; create it (createdb), or correct the setting state"
_AT_LOGIN = {
    "password authentication failed": _LOGIN,
    "no password supplied": _LOGIN,
    "no pg_hba.conf entry": _LOGIN,
    '" does not exist': _NO_DATABASE,
}

_CURES: tuple[tuple[tuple[type[psycopg.Error], ...], str], ...] = (
    (
        (errors.InvalidPassword, errors.InvalidAuthorizationSpecification),
        _LOGIN,
    ),
    ((errors.InvalidCatalogName,), _NO_DATABASE),
    (
        (errors.InsufficientPrivilege,),
        "the user lacks a right; it must own the schema, or have CREATE on the database at the first start",
    ),
    (
        (errors.UndefinedTable, errors.InvalidSchemaName),
        "the tables of the state are missing; was the schema dropped? Restart s1ecs to create it, or restore a backup",
    ),
    (
        (errors.LockNotAvailable, errors.QueryCanceled),
        "a statement took too long; look for blocking sessions in pg_stat_activity",
    ),
)

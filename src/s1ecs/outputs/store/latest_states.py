"""Latest states of things among the rows: the SQL that tells them, and the triggers that keep it so.

What an inventory's last complete walk did not see is gone. That is kept in the rows, because to find it out for each of
a million takes a second.
"""

from collections.abc import Iterator

from s1ecs.outputs.store.stream_table import StreamTable, quoted

# The column `latest` of a thing that is gone.
GONE = 2

# A console that was renamed has documents under its old name until they were moved.
_CURRENT_NAME = "(SELECT name FROM consoles WHERE moving = {console})"
_FORMER_NAME = "(SELECT moving FROM consoles WHERE name = {console})"


def is_latest(table: StreamTable, console: str, identity: str) -> str:
    """Return the SQL that tells whether a document is the latest state of a thing."""
    return f"EXISTS (SELECT 1 {_things_of(table, console, identity)})"


def latest_state(table: StreamTable, console: str, identity: str) -> str:
    """Return the SQL of the column `latest`: 1 for the latest state of a thing, 2 where that is gone, else 0.

    A thing of a negative round was never to be seen by a walk.
    """
    if not table.latest_view:
        return "0"
    return (
        "(SELECT coalesce(max(CASE WHEN round >= 0 AND round < (SELECT completed FROM rounds"
        f" WHERE (rounds.console, rounds.stream) = (things.console, things.stream)) THEN {GONE} ELSE 1 END), 0)"
        f" {_things_of(table, console, identity)})"
    )


def _things_of(table: StreamTable, console: str, identity: str) -> str:
    return (
        f"FROM things INDEXED BY things_by_id WHERE stream = '{table.stream}' AND id = {identity}"
        f" AND console IN ({console}, {_CURRENT_NAME.format(console=console)})"
    )


def latest_triggers_made(table: StreamTable) -> list[str]:
    """Return the names of the triggers."""
    if not table.latest_view:
        return []
    of_things = [f"{table.stream}_thing_{event}" for event in ("added", "changed", "removed", "seen")]
    of_rounds = [f"{table.stream}_round_{event}" for event in ("added", "changed", "removed")]
    return [*of_things, *of_rounds, f"{table.stream}_console_renamed"]


def latest_triggers(table: StreamTable) -> Iterator[str]:
    """Yield the triggers that mark rows when a thing, a round or a console's name changes."""
    if table.latest_view:
        yield from _thing_triggers(table)
        yield from _round_triggers(table)
        yield (
            f'CREATE TRIGGER "{table.stream}_console_renamed" AFTER INSERT ON consoles WHEN new.moving IS NOT NULL'
            f" BEGIN{_mark(table, 'new.name', _seen_last(table, 'new.name', '0', _completed('new.name', table)))} END"
        )


def _thing_triggers(table: StreamTable) -> Iterator[str]:
    stream = table.stream
    events = (
        ("added", "INSERT", "new.stream", ["new"]),
        ("changed", "UPDATE OF id", "new.stream", ["old", "new"]),
        ("removed", "DELETE", "old.stream", ["old"]),
    )
    for event, statement, of_stream, things in events:
        marked = "".join(_mark(table, f"{thing}.console", f"{thing}.id") for thing in things)
        yield (
            f'CREATE TRIGGER "{stream}_thing_{event}" AFTER {statement} ON things'
            f" WHEN {of_stream} = '{stream}' BEGIN{marked} END"
        )
    # A walk sees all things anew: only what was gone before is marked.
    yield (
        f'CREATE TRIGGER "{stream}_thing_seen" AFTER UPDATE OF round ON things'
        f" WHEN new.stream = '{stream}' AND EXISTS (SELECT 1 FROM rounds WHERE (console, stream)"
        " = (new.console, new.stream) AND (old.round >= 0 AND old.round < completed)"
        f" <> (new.round >= 0 AND new.round < completed)) BEGIN{_mark(table, 'new.console', 'new.id')} END"
    )


def _round_triggers(table: StreamTable) -> Iterator[str]:
    """Yield those of a completed round: of what was seen before the earlier and after the later one nothing changes."""
    stream = table.stream
    lower, higher = (f"{bound}(old.completed, new.completed)" for bound in ("min", "max"))
    events = (
        ("added", "INSERT", "new", "0", "new.completed"),
        ("changed", "UPDATE OF completed", "new", lower, higher),
        ("removed", "DELETE", "old", "0", "old.completed"),
    )
    for event, statement, round_, since, until in events:
        things = _seen_last(table, f"{round_}.console", since, until)
        yield (
            f'CREATE TRIGGER "{stream}_round_{event}" AFTER {statement} ON rounds'
            f" WHEN {round_}.stream = '{stream}' BEGIN{_mark(table, f'{round_}.console', things)} END"
        )


def _completed(console: str, table: StreamTable) -> str:
    return f"(SELECT completed FROM rounds WHERE (console, stream) = ({console}, '{table.stream}'))"


def _seen_last(table: StreamTable, console: str, since: str, until: str) -> str:
    """Return the SQL of the documents of a console's things that were seen last in these rounds, without the last."""
    return (
        f"SELECT id FROM things WHERE (console, stream) = ({console}, '{table.stream}')"
        f" AND round >= max(0, {since}) AND round < {until}"
    )


def _mark(table: StreamTable, console: str, identities: str) -> str:
    """Write anew what the rows of a console's documents say of latest states."""
    rows = quoted(table.rows)
    documents = (
        f"SELECT rowid FROM documents WHERE stream = '{table.stream}' AND id IN ({identities})"
        f" AND console IN ({console}, {_FORMER_NAME.format(console=console)})"
    )
    latest = latest_state(table, f"{rows}.console", f"{rows}.id")
    return f" UPDATE {rows} SET latest = {latest} WHERE row IN ({documents});"

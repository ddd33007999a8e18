"""`s1ecs search`: documents of the store by their words."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.commands.terminal.spinner import waiting_if_slow
from s1ecs.commands.terminal.tables import print_json, print_table, print_text
from s1ecs.commands.terminal.writer import ERR
from s1ecs.counted import counted
from s1ecs.errors import UsageError
from s1ecs.outputs.store.row_filling import remaining
from s1ecs.outputs.store.search import Hit, SearchRange, is_searchable, search
from s1ecs.outputs.store.search_terms import match_expression
from s1ecs.state.sqlite.database import FILE_NAME, connect_for_reading, explained, interruptible

_COLUMNS = ("time", "stream", "host", "match", "id")


def search_store(
    state_folder: Path,
    question: str,
    streams: Sequence[str],
    within: SearchRange,
    *,
    limit: int,
    newest: bool,
    json: bool,
) -> None:
    """Print what was found; raise UsageError for a question without words, StateError where there is no state."""
    expression = match_expression(question)
    if within.since is not None and within.until is not None and within.since >= within.until:
        raise UsageError("search: --from is not before --to; exchange them")
    tables = [table for name, table in store_tables().items() if not streams or name in streams]
    path = state_folder / FILE_NAME
    with closing(connect_for_reading(path)) as connection, explained(path):
        interruptible(connection)
        known = [table for table in tables if is_searchable(connection, table)]
        if not known:
            raise UsageError("search: the store has no full-text index yet; run s1ecs collect or s1ecs store --rebuild")
        # One look at it all: documents may come and go between two statements.
        connection.execute("BEGIN")
        with waiting_if_slow("Searching"):
            hits = search(connection, known, expression, within, limit=limit, newest=newest)
        left = remaining(connection, store_tables(), [table.stream for table in tables])
    _print(hits, json=json)
    if left:
        ERR.write(f"{counted(left, 'older document', grouped=True)} not searched: they are still being prepared\n")


def _print(hits: Sequence[Hit], *, json: bool) -> None:
    if json:
        print_json(Hit._fields, hits, data=True)
    elif hits:
        rows = [(hit.time, hit.stream, hit.host, " ".join(hit.match.split()), hit.id) for hit in hits]
        print_table(_COLUMNS, rows, too_wide="cut", data=True)
    else:
        print_text("nothing found; use fewer words, the beginning of one (power*) or a longer time")

"""Response actions on a host or a finding, each by its newest document."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from s1ecs.counted import named
from s1ecs.errors import UsageError
from s1ecs.outputs.store.search_terms import match_expression
from s1ecs.web.story.document_fields import DocumentFields
from s1ecs.web.story.prevalence import question_of
from s1ecs.web.story.related_rows import item_page
from s1ecs.web.story.stored_items import StoredItem, read_items, rows_by
from s1ecs.web.view_state import ViewState

_MOST_OF_A_HOST = 40
# Actions on findings without a host, of which a store has few.
_MOST_WITHOUT_HOST = 100
MOST_SHOWN = 20
_MOST_NAMES = 3


@dataclass(frozen=True)
class RequestedAction:
    """An action as its newest document has it; `here` where it was on the finding itself."""

    time: str | None
    action: str
    status: str
    user: str
    target: str
    reason: str
    comment: str
    here: bool
    page: ViewState


def requested_actions(
    connection: sqlite3.Connection, console: str, host: str, agent_id: str = "", finding_ids: Sequence[str] = ()
) -> Sequence[RequestedAction]:
    """Return the actions on a host, and those on a finding, the newest first."""
    rows = [*(_of_host(connection, host) if host else ()), *(_without_host(connection, console) if finding_ids else ())]
    found: dict[str, RequestedAction] = {}
    for item in read_items(connection, "response_action", rows):
        fields = DocumentFields(item.stream, item.document)
        targets = map(str, fields.members("sentinel_one.response_action.target.id"))
        here = item.console == console and any(each in finding_ids for each in targets)
        of_host = (
            item.console == console
            and host in map(str, fields.members("host.name"))
            and (not agent_id or agent_id in map(str, fields.members("host.id")) or not fields.text("host.id"))
        )
        if here or of_host:
            found.setdefault(fields.text("event.id") or item.id, _action(item, fields, here=here))
    return sorted(found.values(), key=lambda each: each.time or "", reverse=True)[:MOST_SHOWN]


def _of_host(connection: sqlite3.Connection, host: str) -> Iterator[int]:
    """Yield the last documents that name a host, perhaps among others, the newest first."""
    try:
        expression = match_expression(question_of("host", host))
    except UsageError:
        return
    found = connection.execute(
        "SELECT rowid FROM response_action_words WHERE response_action_words MATCH ? ORDER BY rowid DESC LIMIT ?",
        (expression, _MOST_OF_A_HOST),
    )
    yield from (row for (row,) in found)


def _without_host(connection: sqlite3.Connection, console: str) -> Iterator[int]:
    found = connection.execute(
        f"SELECT row FROM {rows_by('response_action', 'host')} WHERE host IS NULL AND console = ?"
        " ORDER BY time DESC, row DESC LIMIT ?",
        (console, _MOST_WITHOUT_HOST),
    )
    yield from (row for (row,) in found)


def _names(fields: DocumentFields) -> str:
    """Return the names of what an action is on, the first of many."""
    names = [
        str(each) for each in fields.members("sentinel_one.response_action.target.name") or fields.members("host.name")
    ]
    return named(names, _MOST_NAMES)


def _action(item: StoredItem, fields: DocumentFields, *, here: bool) -> RequestedAction:
    return RequestedAction(
        item.time,
        fields.text("event.action"),
        fields.text("sentinel_one.response_action.status"),
        fields.text("user.name"),
        _names(fields),
        fields.text("event.reason"),
        fields.text("sentinel_one.response_action.comment"),
        here,
        item_page("response_action", item.id, item.console),
    )

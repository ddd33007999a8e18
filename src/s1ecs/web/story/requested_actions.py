"""Response actions on a host or a finding, each by its newest document."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from s1ecs.web.story.document_fields import DocumentFields
from s1ecs.web.story.related_rows import item_page
from s1ecs.web.story.stored_items import StoredItem, read_items, rows_by
from s1ecs.web.view_state import ViewState

_MOST_OF_A_HOST = 40
# Actions on findings without a host, of which a store has few.
_MOST_WITHOUT_HOST = 100
MOST_SHOWN = 20


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
    rows = rows_by("response_action", "host")
    found_rows = []
    if host:
        found_rows += connection.execute(
            f"SELECT row FROM {rows} WHERE host = ? AND console = ? ORDER BY time DESC, row DESC LIMIT ?",
            (host, console, _MOST_OF_A_HOST),
        ).fetchall()
    if finding_ids:
        found_rows += connection.execute(
            f"SELECT row FROM {rows} WHERE host IS NULL AND console = ? ORDER BY time DESC, row DESC LIMIT ?",
            (console, _MOST_WITHOUT_HOST),
        ).fetchall()
    found: dict[str, RequestedAction] = {}
    for item in read_items(connection, "response_action", [row for (row,) in found_rows]):
        fields = DocumentFields(item.stream, item.document)
        here = fields.text("sentinel_one.response_action.target.id") in {*finding_ids} - {""}
        of_host = (
            host
            and fields.text("host.name") == host
            and fields.text("host.id") in {agent_id, ""} | {"" if agent_id else fields.text("host.id")}
        )
        if here or of_host:
            found.setdefault(fields.text("event.id") or item.id, _action(item, fields, here=here))
    return sorted(found.values(), key=lambda each: each.time or "", reverse=True)[:MOST_SHOWN]


def _action(item: StoredItem, fields: DocumentFields, *, here: bool) -> RequestedAction:
    return RequestedAction(
        item.time,
        fields.text("event.action"),
        fields.text("sentinel_one.response_action.status"),
        fields.text("user.name"),
        fields.text("sentinel_one.response_action.target.name", "host.name"),
        fields.text("event.reason"),
        fields.text("sentinel_one.response_action.comment"),
        here,
        item_page("response_action", item.id, item.console),
    )

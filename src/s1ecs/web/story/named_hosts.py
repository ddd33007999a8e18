"""Agents by the name of their host, for streams that name a host and not its agent."""

import sqlite3
from dataclasses import dataclass

from s1ecs.outputs.store.stream_table import StreamTable
from s1ecs.web.questions.list_view import BY_STREAM
from s1ecs.web.story.document_fields import DocumentFields
from s1ecs.web.story.stored_items import StoredItem, rows_by
from s1ecs.web.view_state import ViewState

_MOST_NAMESAKES = 20
_AGENT_FIELDS = {
    "alert": ("sentinel_one.alert.agent.id", "host.id"),
    "threat": ("host.id", "sentinel_one.threat.agent.id"),
    "threat_event": ("sentinel_one.threat_event.agent.id",),
    "agent": ("host.id", "sentinel_one.agent.agent.id"),
    "application": ("sentinel_one.application.endpoint_id",),
    "application_risk": ("host.id", "resource.id"),
    "activity": ("sentinel_one.activity.agent.id",),
    "response_action": ("host.id",),
}
_UUID_FIELDS = ("observer.serial_number",)


@dataclass(frozen=True)
class ItemHost:
    """Host of an item: its name and its agent's id, "" for what is not known; `shared` where others have its name."""

    name: str = ""
    agent_id: str = ""
    shared: bool = False

    def columns(self, table: StreamTable) -> dict[str, str]:
        """Return the columns that find the host's rows in a table."""
        has_agent = any(name == "agent_id" for name, _ in table.columns)
        narrow = {"agent_id": self.agent_id} if self.shared and self.agent_id and has_agent else {}
        return {"host": self.name, **narrow}


def host_of(connection: sqlite3.Connection, item: StoredItem) -> ItemHost:
    """Return the host that an item is about."""
    fields = DocumentFields(item.stream, item.document)
    name = "" if item.stream == "group" else str(item.values.get("host") or "") or fields.text("host.name")
    agent_id = fields.text(*_AGENT_FIELDS.get(item.stream, ()))
    if not name:
        return ItemHost("", agent_id)
    namesakes = {
        str(agent): uuid
        for agent, uuid in connection.execute(
            f"SELECT agent_id, uuid FROM {rows_by('agent', 'host')} WHERE host = ? AND console = ? AND latest"
            " AND agent_id IS NOT NULL LIMIT ?",
            (name, item.console, _MOST_NAMESAKES),
        )
    }
    if not agent_id:
        by_uuid = [agent for agent, uuid in namesakes.items() if uuid and uuid == fields.text(*_UUID_FIELDS)]
        agent_id = next(iter(by_uuid or (namesakes if len(namesakes) == 1 else ())), "")
    return ItemHost(name, agent_id, shared=len({*namesakes, agent_id} - {""}) > 1)


def host_page(console: str, host: ItemHost) -> ViewState | None:
    """Return the page of a host; None where its agent is not known."""
    return ViewState(f"{BY_STREAM['agent'].path}/{host.agent_id}", [("console", console)]) if host.agent_id else None

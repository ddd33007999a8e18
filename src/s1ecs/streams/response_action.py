"""Response actions that were asked for with s1ecs, and how they ended: the one stream that no console is asked for.

Its records are made by `respond`: one when an action is requested, one when it is finished, and a third where an
unknown outcome became known later.
"""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from s1ecs.ecs.envelope import Collector, Envelope, default_tags
from s1ecs.ecs.mapper import Mapper
from s1ecs.ecs.table import FieldTable, Found, Inner, constant, date, function, keyword, long, within, words
from s1ecs.streams.stream import Column, Stored

OWN = "sentinel_one.response_action"

# By what an action acts on. ECS has types for each category; these are allowed beside all of them.
_CATEGORIES = {
    "agent": ["host"],
    "threat": ["intrusion_detection"],
    "alert": ["intrusion_detection"],
    "unified alert": ["intrusion_detection"],
    "scope": ["configuration"],
}
_OUTCOMES = {"done": "success", "failed": "failure", "refused": "failure"}
_HASH = re.compile(r"(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})")
# Under which an item of a list has its value.
_OF_A_VALUE = ("value", "sha256Value")
_VERBS = {"requested": "requested", "finished": "ended", "settled": "turned out"}


def told(record: dict[str, Any], _: Found) -> str:
    """The line for people: who asked for what on which host, and how it ended."""
    user = record.get("user") or {}
    host = record.get("host") or {}
    target = record.get("target") or {}
    state = str(record.get("state"))
    where = host.get("name") or target.get("name") or target.get("id") or host.get("id")
    line = f"{record.get('action')}"
    if where:
        line += f" on {', '.join(map(str, where)) if isinstance(where, list) else where}"
    line += f" {_VERBS.get(state, state)}"
    if user.get("name"):
        line += f", asked for by {user['name']}" if state != "requested" else f" by {user['name']}"
    if state != "requested":
        line += f": {record.get('status')}"
        if record.get("reason"):
            line += f", {record['reason']}"
    elif record.get("comment"):
        line += f": {record['comment']}"
    return line


def hashes(record: dict[str, Any], found: Found) -> None:
    """Put the hashes that an action is about, by its requests, details and targets' names, to related.hash."""
    names = (record.get("target") or {}).get("name")
    about = _values([record.get("requests"), record.get("details")])
    for value in (*about, *(names if isinstance(names, list) else [names])):
        if isinstance(value, str) and _HASH.fullmatch(value):
            found.related["hash"].add(value)


def sent(requests: Any, found: Found) -> None:
    """Set the requests' parts, each body and query as one JSON text, so that no body adds fields to an index."""
    parts: dict[str, list[str]] = {"method": [], "path": [], "query": [], "body": []}
    for each in requests if isinstance(requests, list) else []:
        for name, values in parts.items():
            value = each.get(name)
            if value or (name == "body" and value is not None):
                values.append(value if isinstance(value, str) else orjson.dumps(value).decode())
    for name, values in parts.items():
        if values:
            found.fields[f"{OWN}.request.{name}"] = values


def _values(value: Any) -> list[Any]:
    if isinstance(value, dict):
        own = [value[key] for key in _OF_A_VALUE if isinstance(value.get(key), str)]
        return own + [found for each in value.values() for found in _values(each)]
    return [found for each in value for found in _values(each)] if isinstance(value, list) else []


TABLE = FieldTable(
    identity=("id", "state"),
    rows=(
        constant("event.kind", "event", "Always event."),
        words(
            "event.category",
            "target.kind",
            "host for actions on a host, intrusion_detection on threats and alerts, configuration on lists.",
            _CATEGORIES,
            otherwise=["host"],
        ),
        constant("event.type", ["info"], "Always info."),
        keyword("event.id", "id", "Id of the action, the same in all its documents; s1ecs respond status takes it."),
        keyword("event.action", "action", "Name of the action as typed, such as isolate."),
        words(
            "event.outcome",
            "status",
            "success when it is done, failure when it failed or was refused, unknown otherwise.",
            _OUTCOMES,
            otherwise="unknown",
        ),
        keyword("event.reason", "reason", "Reason for the result."),
        date(
            "@timestamp", "time", "Time when the action was requested or ended, by the clock of the requesting machine."
        ),
        date("event.start", "requested", "Time when the action was requested."),
        date("event.end", "finished", "Time when the action ended."),
        long("event.duration", "duration", "Nanoseconds between the two."),
        keyword("user.name", "user.name", "Operating-system user who requested the action.", related="user"),
        keyword("host.name", "host.name", "Computer name of the host acted on.", related="hosts"),
        keyword("host.id", "host.id", "Agent id of the host acted on."),
        keyword("host.os.type", "host.os", "Operating system of the host, as one of the ECS words."),
        function("message", "", "Summary of the action: user, action, host and result.", told),
        *within(
            "",
            OWN,
            keyword(".state", "state", "requested, finished, or settled: an unknown outcome that became known."),
            keyword(".status", "status", "pending, done, failed, superseded, refused or unknown."),
            keyword(".comment", "comment", "Comment of the requesting user."),
            keyword(".console.name", "console", "Name of the console in the settings."),
            keyword(".machine", "machine", "Machine on which the action was requested."),
            keyword(".user.name", "host.user", "User who was logged in on the host last.", related="user"),
            keyword(".agent.id", "host.id", "Agent id of the host acted on."),
            keyword(".agent.uuid", "host.uuid", "UUID of the agent acted on."),
            keyword(".target.kind", "target.kind", "Kind of target: agent, threat, alert, unified alert or scope."),
            keyword(".target.id", "target.id", "The console's id of what is acted on."),
            keyword(".target.name", "target.name", "Name of what is acted on."),
            keyword(".site", "host.site", "Site of the host, by name or id."),
            keyword(".group", "host.group", "Group of the host, by name or id."),
            keyword(".account", "host.account", "Account of the host, by name or id."),
            keyword(".parent_task_id", "details.parentTaskId", "The console's id of a remote script's run."),
            keyword(".task_id", "details.taskId", "The console's id of that run on one agent."),
            keyword(".command_batch_uuid", "details.commandBatchUuid", "The console's id of a request for files."),
            keyword(".activity_id", "details.activity", "Id of the activity that told of the end."),
            keyword(
                ".file.encryption", "details.encryption", "Encryption of a fetched ZIP: all, some or none of its files."
            ),
            keyword(".details", "details", "All that the console told of the action.", index_type="flattened"),
        ),
        function(
            "",
            "requests",
            "",
            sent,
            Inner(f"{OWN}.request.method", "keyword", "HTTP methods of the requests, in their order."),
            Inner(f"{OWN}.request.path", "keyword", "Their paths, below /web/api/v2.1."),
            Inner(f"{OWN}.request.query", "keyword", "Their queries as JSON."),
            Inner(f"{OWN}.request.body", "keyword", "Their bodies as JSON, with *** for what is secret."),
        ),
        function("", "", "", hashes, Inner("related.hash", "keyword", "All hashes of the document.")),
    ),
)


@dataclass(frozen=True)
class OwnStream:
    """A stream whose records s1ecs makes itself: its name, what it is, its table of fields, the columns of its view."""

    name: str
    what: str
    table: FieldTable
    view: tuple[Column, ...]
    stored: Stored
    input_type: str = "s1ecs"

    @property
    def dataset(self) -> str:
        """The name in `event.dataset` and `data_stream.dataset`."""
        return f"sentinel_one.{self.name}"

    def mapper(self) -> Mapper:
        """A mapper of the stream's records."""
        return Mapper(self.table)

    def envelope(self, *, namespace: str, collector: Collector | None) -> Envelope:
        """Make the envelope of the stream's documents."""
        return Envelope(self.dataset, self.input_type, namespace, default_tags(self.name), collector=collector)


STREAM = OwnStream(
    name="response_action",
    what="Response actions requested with s1ecs, with their results",
    table=TABLE,
    view=(
        Column("action", "event.action"),
        Column("state", f"{OWN}.state"),
        Column("status", f"{OWN}.status"),
        Column("host", "host.name"),
        Column("target", f"{OWN}.target.name"),
        Column("user", "user.name"),
        Column("reason", "event.reason"),
        Column("comment", f"{OWN}.comment"),
        Column("action_id", "event.id"),
        Column("agent_id", "host.id"),
    ),
    stored=Stored(
        counted=("action", "status", "host", "user"),
        indexed=("host", "action_id"),
        searched={
            "name": ("event.action", "sentinel_one.response_action.target.name"),
            "text": ("event.reason", "sentinel_one.response_action.comment"),
        },
    ),
)

"""The generated page of the stream that s1ecs writes itself: documents, an example, exported fields."""

from datetime import UTC, datetime, timedelta

from docs.stream_page import document_lines, exported_lines
from s1ecs.ecs.envelope import Collector
from s1ecs.respond.audit.document import audit_document
from s1ecs.respond.audit.journal import Entry, Target
from s1ecs.streams.response_action import OwnStream

_REQUESTED = datetime(2026, 1, 31, 12, tzinfo=UTC)
_FINISHED = _REQUESTED + timedelta(seconds=42)
_COLLECTOR = Collector("1.0.0", "5f0a3a3c-6d2b-4d1e-9a55-3c1f0e6b7a90", "desk")
_HOST = Target("agent", "225494730938493804", "LAPTOP-17", "LAPTOP-17", "225494730938493804", os="windows")
_ENTRY = Entry(
    id="0b54a1b8-5f3e-4d6e-9a55-3c1f0e6b7a90",
    console="default",
    action="isolate",
    requested=_REQUESTED,
    user="analyst",
    machine="desk",
    comment="case 4711",
    targets=(_HOST,),
    requests=(
        {
            "method": "POST",
            "path": "/agents/actions/disconnect",
            "query": {},
            "body": {"filter": {"ids": ["225494730938493804"]}, "data": {}},
        },
    ),
    status="done",
    reason="Agent Disconnected From Network",
    finished=_FINISHED,
    details={"affected": 1, "activity": "1290568704943967230"},
)


def own_stream_page(stream: OwnStream) -> str:
    """The page as Markdown."""
    made = audit_document(_ENTRY, "finished", namespace="default", collector=_COLLECTOR, redact=(), now=_FINISHED)
    names = ["time", *(each.name for each in stream.view), "console", "id", "document"]
    columns = ", ".join(f"`{name}`" for name in names)
    lines = [
        f"# {stream.name}",
        "",
        f"{stream.what}. This page is generated from the table of the stream (`make docs`).",
        "",
        "This stream is not collected from a console: `s1ecs respond` writes it to all outputs. An action has two",
        "documents with the same `event.id`: *requested*, committed to the state database before anything is sent,",
        "and *finished*. A result that was `unknown` and is determined later has a third document, *settled*. A",
        "document that an output does not accept within five seconds stays in the outbox of the state database until",
        "`s1ecs run`, `s1ecs collect` or the next action delivers it; no action waits for an output. The setting",
        "`keep_days` does not affect `s1ecs respond history`.",
        "",
        "Documents contain no passwords, tokens or link signatures, and no fields that the setting `redact` names.",
        "",
        "## In the store",
        "",
        f"Columns of the view `{stream.name}`: {columns}.",
        "",
        "## Example document",
        "",
        f"Its `_id` is `{made.id}`, derived from the id of the action and its state.",
        "",
        *document_lines(made.document),
        *exported_lines(stream.table),
    ]
    return "\n".join(lines) + "\n"

"""Timeline of a finding: what it went through itself, and what happened around it on its host."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from s1ecs.web.questions.list_view import BY_STREAM
from s1ecs.web.story.document_changes import FieldChange, StateChange
from s1ecs.web.story.document_fields import DocumentFields, as_text
from s1ecs.web.story.related_rows import RelatedRow, RelatedRows, item_page
from s1ecs.web.story.requested_actions import RequestedAction
from s1ecs.web.story.stored_items import StoredItem
from s1ecs.web.view_state import ViewState

MOST_EVENTS = 30
_TIMES = {
    "alert": (
        ("process.parent.start", "Parent process started"),
        ("process.start", "Process started"),
        ("sentinel_one.alert.target.process.start_time", "Target process started"),
        ("@timestamp", "Alert created"),
        ("sentinel_one.alert.info.reported_at", "Alert reached the console"),
    ),
    "unified_alert": (
        ("event.start", "Activity began"),
        ("event.end", "Activity ended"),
        ("sentinel_one.unified_alert.detected_at", "Alert detected"),
        ("event.created", "Alert created"),
        ("@timestamp", "Alert last changed"),
    ),
    "threat": (
        ("sentinel_one.threat.file.identified_at", "File identified"),
        ("sentinel_one.threat.created_at", "Threat detected"),
        ("@timestamp", "Threat last changed"),
    ),
    "response_action": (("event.start", "Action requested"), ("event.end", "Action ended")),
    "application_risk": (
        ("vulnerability.package.published_date", "Vulnerability published"),
        ("sentinel_one.application_risk.detection_date", "Found on the host"),
        ("sentinel_one.application_risk.marked_date", "Marked"),
        ("sentinel_one.application_risk.last_scan_date", "Last scan"),
    ),
    "application": (
        ("package.installed", "Installed"),
        ("sentinel_one.application.detection_date", "Detected on the host"),
    ),
    "group": (("sentinel_one.group.created_at", "Group created"), ("@timestamp", "Group last changed")),
}
_CHANGED_AT = ("sentinel_one.alert.info.updated_at",)


@dataclass(frozen=True)
class TimelineEntry:
    """A moment of a timeline; `own` where it is of the finding itself, `time` is "" where it is not known."""

    time: str
    kind: str
    text: str
    detail: str = ""
    page: ViewState | None = None
    fields: Sequence[FieldChange] = ()
    own: bool = True


def timeline(
    item: StoredItem,
    *,
    states: Sequence[StoredItem] = (),
    changes: Sequence[StateChange] = (),
    events: Sequence[StoredItem] = (),
    around: Sequence[RelatedRows] = (),
    actions: Sequence[RequestedAction] = (),
) -> Sequence[TimelineEntry]:
    """Put everything in the order of time; what has no time comes last."""
    fields = DocumentFields(item.stream, item.document)
    entries = [
        *_own_times(item, fields),
        *(_change(each) for each in changes),
        *_mitigations(fields),
        *_console_entries(states),
        *(_event(each) for each in events[:MOST_EVENTS]),
        *(_of_host(row, item.object_id) for row in _once(around)),
        *(_action(each) for each in actions),
    ]
    return sorted(entries, key=lambda each: (not each.time, each.time))


def _once(around: Sequence[RelatedRows]) -> Iterator[RelatedRow]:
    """Yield each row once, though it belongs to the finding and lies around it, too."""
    seen = set()
    for rows in around:
        for row in rows.rows:
            if row.row not in seen:
                seen.add(row.row)
                yield row


def _own_times(item: StoredItem, fields: DocumentFields) -> Iterator[TimelineEntry]:
    known = [(time, text) for path, text in _TIMES.get(item.stream, ()) if (time := fields.time(path))]
    for place, (time, text) in enumerate(known):
        # A last change at the moment of the creation is none.
        if not (text.endswith("last changed") and any(time[:19] == other[:19] for other, _ in known[:place])):
            yield TimelineEntry(time, "process" if text.endswith("started") else "state", text)
    if fields.get("sentinel_one.unified_alert.note_exists") is True:
        yield TimelineEntry("", "note", "The alert has a note", "Notes are shown by the SentinelOne console.")


def _change(change: StateChange) -> TimelineEntry:
    time = DocumentFields(change.item.stream, change.item.document).time(*_CHANGED_AT) or change.item.time or ""
    more = f" and {change.more} more" if change.more else ""
    return TimelineEntry(time, "changed", f"Changed: {len(change.fields)} fields{more}", fields=change.fields)


def _mitigations(fields: DocumentFields) -> Iterator[TimelineEntry]:
    for step in fields.objects("sentinel_one.threat.mitigation_status"):
        times = (as_text(step.get(name)) for name in ("mitigation_started_at", "mitigation_ended_at", "last_update"))
        counters: Any = step.get("action_counters")
        counted = counters if isinstance(counters, dict) else {}
        detail = ", ".join(f"{name.replace('_', ' ')}: {count}" for name, count in counted.items() if count)
        action, status = as_text(step.get("action")) or "step without a name", as_text(step.get("status"))
        text = f"{action}: {status}" if status else action
        yield TimelineEntry(next(filter(None, times), ""), "mitigation", text, detail)


def _console_entries(states: Sequence[StoredItem]) -> Iterator[TimelineEntry]:
    """Yield the entries of the console's own timeline, each of which came with a document of the threat."""
    for state in states:
        fields = DocumentFields(state.stream, state.document)
        own = "sentinel_one.threat.timeline"
        for entry in fields.objects(own):
            names = ("primary_description", "description", "secondary_description", "message", "activity_type")
            text = next((found for name in names if (found := as_text(entry.get(name)))), "")
            time = as_text(entry.get("created_at")) or state.time or ""
            yield TimelineEntry(time, "note", text or "Entry of the console's timeline", _rest(entry, text))


def _rest(entry: Any, text: str) -> str:
    second = as_text(entry.get("secondary_description"))
    return second if second != text else ""


def _event(event: StoredItem) -> TimelineEntry:
    fields = DocumentFields("threat_event", event.document)
    process = fields.text("process.name")
    what = fields.text("sentinel_one.threat_event.event_type") or "Event"
    detail = fields.text(
        "threat.indicator.name", "sentinel_one.threat_event.dns_request", "registry.path", "destination.ip", "file.name"
    )
    page = item_page("threat_event", event.id, event.console)
    return TimelineEntry(event.time or "", "event", f"{what} by {process}" if process else what, detail, page)


def _of_host(row: RelatedRow, object_id: str) -> TimelineEntry:
    kind = "activity" if row.stream == "activity" else "alert"
    one = BY_STREAM[row.stream].one
    text = str(row.title or f"{one} without a name")
    who = row.values.get("user")
    detail = str(row.values.get("comments") or "") or (f"{one}, user {who}" if who else one)
    own = str(row.values.get("threat_id") or "") == object_id != "" and row.stream == "activity"
    return TimelineEntry(row.time or "", kind, text, detail, row.page, own=own)


def _action(action: RequestedAction) -> TimelineEntry:
    text = f"Action {action.action}: {action.status}" if action.status else f"Action {action.action}"
    who = f"by {action.user}" if action.user else ""
    detail = ", ".join(filter(None, (who, action.reason, action.comment)))
    return TimelineEntry(action.time or "", "action", text, detail, action.page, own=action.here)

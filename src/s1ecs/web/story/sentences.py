"""One sentence of an item: what, where, who, when; and its states in a word each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.web.questions.list_view import BY_STREAM
from s1ecs.web.story.document_fields import DocumentFields, at
from s1ecs.web.story.document_tree import parameter_of
from s1ecs.web.story.named_hosts import ItemHost, host_page
from s1ecs.web.story.stored_items import StoredItem
from s1ecs.web.view_state import ViewState

# Columns that say how an item stands, in the order in which a reader asks.
_STATES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "alert": ("severity", "status", "verdict", "treat_as_threat"),
        "unified_alert": ("severity", "confidence", "status", "verdict", "result", "classification"),
        "threat": ("confidence", "classification", "status", "verdict", "mitigation"),
        "threat_event": ("event", "object", "indicator"),
        "agent": ("network", "infected", "active_threats", "is_active", "version", "up_to_date", "mitigation"),
        "application": ("version", "vendor"),
        "application_risk": ("severity", "score", "status", "mitigation", "mark"),
        "activity": ("type", "outcome"),
        "group": ("type", "agents", "rank"),
        "response_action": ("status", "state"),
    }
)
_VERBS: Mapping[str, str] = MappingProxyType(
    {
        "alert": "was raised",
        "unified_alert": "was raised",
        "threat": "was detected",
        "threat_event": "was recorded",
        "application": "is installed",
        "application_risk": "was found",
        "response_action": "was requested",
    }
)
_USERS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "alert": ("process.user.name", "user.name"),
        "unified_alert": ("user.name",),
        "threat": ("user.name", "sentinel_one.threat.process_user"),
        "threat_event": ("process.user.name", "user.name"),
        "activity": ("user.full_name",),
        "response_action": ("user.name",),
        "group": ("user.full_name",),
    }
)
_BY_PROCESS = frozenset({"alert", "threat", "threat_event", "unified_alert"})
_NAMES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "alert": ("rule.name", "message"),
        "unified_alert": ("message", "sentinel_one.unified_alert.name"),
        "threat": ("sentinel_one.threat.name", "message"),
        "threat_event": ("sentinel_one.threat_event.event_type", "event.id"),
        "agent": ("host.name", "host.id"),
        "application": ("package.name",),
        "application_risk": ("vulnerability.id",),
        "activity": ("message", "sentinel_one.activity.id"),
        "group": ("group.name", "group.id"),
        "response_action": ("event.action",),
    }
)


@dataclass(frozen=True)
class SentencePart:
    """Words of a sentence, or a value that leads to a page; `kind` is `value`, `time` or "" for words."""

    text: str
    kind: str = ""
    page: ViewState | None = None


@dataclass(frozen=True)
class StateChip:
    """A column that says how an item stands, with the list of what stands so, too."""

    column: str
    heading: str
    value: Any
    page: ViewState | None


def name_of(item: StoredItem) -> str:
    """Return what an item is called."""
    title = item.values.get(BY_STREAM[item.stream].title_column)
    fields = DocumentFields(item.stream, item.document)
    return str(title) if title not in {None, ""} else fields.text(*_NAMES[item.stream])


def happened_at(item: StoredItem) -> str:
    """Return when an item came about, which its time does not tell where that is the time of the last change."""
    fields = DocumentFields(item.stream, item.document)
    created = fields.time("sentinel_one.threat.created_at", "sentinel_one.unified_alert.detected_at")
    return created or item.time or ""


def failure_of(item: StoredItem) -> Sequence[str] | None:
    """Return why a record could not be mapped; None where it could."""
    fields = DocumentFields(item.stream, item.document)
    if fields.text("event.kind") != "pipeline_error":
        return None
    return [str(each) for each in fields.members("error.message")]


def sentence(item: StoredItem, host: ItemHost) -> Sequence[SentencePart]:
    """Tell what happened, where, by what, as whom and when."""
    return list(_sentence(item, host))


def _sentence(item: StoredItem, host: ItemHost) -> Iterator[SentencePart]:
    stream, fields = item.stream, DocumentFields(item.stream, item.document)
    name = name_of(item)
    if failure_of(item) is not None and not name:
        yield SentencePart(f"A record of {BY_STREAM[stream].title.lower()} that could not be mapped")
    else:
        yield SentencePart(name or f"{BY_STREAM[stream].one} without a name", "value")
        if verb := _VERBS.get(stream):
            yield SentencePart(verb)
    if host.name and stream != "agent":
        yield SentencePart("on")
        page = host_page(item.console, host)
        yield SentencePart(host.name, "value", page or _host_list(item, host.name))
    process = fields.text("process.name", "sentinel_one.threat.originator_process", "process.executable")
    if process and stream in _BY_PROCESS:
        yield SentencePart("by" if stream != "threat" else "through")
        yield SentencePart(process, "value")
    user = fields.text(*_USERS.get(stream, ()))
    if user:
        yield SentencePart("by" if stream in {"activity", "group", "response_action"} else "as user")
        column = "user" if stream != "group" else "creator"
        text = parameter_of(user)
        page = ViewState(BY_STREAM[stream].path, [(column, text)]) if text and item.values.get(column) == user else None
        yield SentencePart(user, "value", page)
    time = happened_at(item)
    if time and not BY_STREAM[stream].latest:
        yield SentencePart("at")
        yield SentencePart(time, "time")


def _host_list(item: StoredItem, name: str) -> ViewState | None:
    text = parameter_of(name)
    return ViewState(BY_STREAM[item.stream].path, [("host", text)]) if text and item.values.get("host") else None


def state_chips(item: StoredItem) -> Sequence[StateChip]:
    """Return how an item stands; what has no value is left out."""
    view = BY_STREAM[item.stream]
    paths = dict(store_tables()[item.stream].columns)
    found = []
    for column in _STATES[item.stream]:
        value = item.values.get(column)
        written = next((each for path in paths[column] if (each := at(item.document, path)) is not None), None)
        if isinstance(written, bool):
            # The store keeps truth values as numbers.
            value = written
        if value is not None and value != "":
            text = parameter_of(value)
            page = ViewState(view.path, [(column, text)]) if text else None
            found.append(StateChip(column, view.heading(column), value, page))
    return found

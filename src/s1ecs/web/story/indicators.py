"""Behavioural indicators of a finding, and the tactics and techniques that they stand for."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from s1ecs.web.questions.list_view import BY_STREAM
from s1ecs.web.story.document_fields import DocumentFields, as_text
from s1ecs.web.story.document_tree import parameter_of
from s1ecs.web.story.stored_items import StoredItem
from s1ecs.web.view_state import ViewState

_MOST = 30


@dataclass(frozen=True)
class IndicatorHit:
    """An indicator: name or category, and description; `count` says in how many events it was seen."""

    name: str
    category: str
    description: str
    count: int = 1


@dataclass(frozen=True)
class AttackTerm:
    """A tactic or technique of MITRE ATT&CK, with the list of threats that show it where there is one."""

    text: str
    page: ViewState | None = None


def indicators(item: StoredItem, events: Sequence[StoredItem]) -> Sequence[IndicatorHit]:
    """Return the indicators that a finding names, and those of its events."""
    found = Counter(_named(DocumentFields(item.stream, item.document)))
    if item.stream != "threat_event":
        for event in events:
            found.update(_named(DocumentFields("threat_event", event.document)))
    return [IndicatorHit(*texts, count) for texts, count in found.most_common(_MOST)]


def _named(fields: DocumentFields) -> Iterator[tuple[str, str, str]]:
    for each in fields.objects("sentinel_one.threat.indicators"):
        category = each.get("category")
        name = as_text(category.get("name")) if isinstance(category, dict) else as_text(category)
        yield "", name, as_text(each.get("description"))
    for own in ("sentinel_one.alert.info", "sentinel_one.threat_event"):
        texts = [fields.text(f"{own}.indicator.{name}") for name in ("name", "category", "description")]
        if own.endswith("event"):
            texts[0] = texts[0] or fields.text("threat.indicator.name")
        if any(texts):
            yield texts[0], texts[1], texts[2]
    kind, value = (fields.text(f"sentinel_one.alert.info.ti_indicator.{name}") for name in ("type", "value"))
    if value:
        yield (
            value,
            f"threat intelligence: {kind}" if kind else "threat intelligence",
            fields.text("sentinel_one.alert.info.ti_indicator.source"),
        )


def tactics(item: StoredItem) -> Sequence[AttackTerm]:
    """Return the tactics that a document names."""
    fields = DocumentFields(item.stream, item.document)
    return [AttackTerm(text) for text in _texts(fields, "threat.tactic.name")]


def techniques(item: StoredItem) -> Sequence[AttackTerm]:
    """Return the techniques that a document names."""
    fields = DocumentFields(item.stream, item.document)
    names = _texts(fields, "threat.technique.id") or _texts(fields, "threat.technique.name")
    path = BY_STREAM["threat"].path
    return [
        AttackTerm(text, ViewState(path, [("techniques", value)]) if (value := parameter_of(text)) else None)
        for text in names
    ]


def _texts(fields: DocumentFields, path: str) -> list[str]:
    found = dict.fromkeys(text for each in fields.members(path) if (text := as_text(each)))
    return list(found)[:_MOST]

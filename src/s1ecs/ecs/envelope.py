"""Fields around the record in every document: origin, time of fetching, collector."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from s1ecs.ecs.mapper import Document, Mapped

PRESERVE_ORIGINAL = "preserve_original_event"
PRESERVE_DUPLICATES = "preserve_duplicate_custom_fields"


class EnvelopeField(NamedTuple):
    """A field that the envelope sets: name, index type, meaning."""

    name: str
    type: str
    meaning: str


FIELDS = (
    EnvelopeField("@timestamp", "date", "Time when s1ecs fetched the record, which has no time of its own."),
    EnvelopeField("agent.id", "keyword", "Id of the collecting s1ecs, one per state folder."),
    EnvelopeField("agent.name", "keyword", "Name of the machine that s1ecs runs on."),
    EnvelopeField("agent.type", "keyword", "Always s1ecs."),
    EnvelopeField("agent.version", "keyword", "Version of the collecting s1ecs."),
    EnvelopeField("data_stream.dataset", "constant_keyword", "sentinel_one. and the stream's name."),
    EnvelopeField("data_stream.namespace", "constant_keyword", "The console's namespace from the settings."),
    EnvelopeField("data_stream.type", "constant_keyword", "Always logs."),
    EnvelopeField("ecs.version", "keyword", "Version of the Elastic Common Schema that the document follows."),
    EnvelopeField("error.message", "match_only_text", "One text for each value that could not be converted."),
    EnvelopeField("event.created", "date", "Time when s1ecs fetched the record."),
    EnvelopeField("event.dataset", "constant_keyword", "sentinel_one. and the stream's name."),
    EnvelopeField("event.module", "constant_keyword", "Always sentinel_one; set by the index, not by the document."),
    EnvelopeField("event.original", "keyword", "The whole record as JSON text, where it is to be kept."),
    EnvelopeField("input.type", "keyword", "The kind of poller that Elastic's integration would have used."),
    EnvelopeField("tags", "keyword", "forwarded, the stream's tag, and those of the settings."),
)


@dataclass(frozen=True)
class Collector:
    """The process that collects, for `agent.*`."""

    version: str
    id: str
    name: str


class _Seal(Protocol):
    """Completes a document in place; `text` is its `event.original`, None where that is not kept."""

    def __call__(self, document: Document, text: str | None = None) -> None: ...


@dataclass(frozen=True)
class Envelope:
    """Puts around a mapped record what its console, stream and settings say; made once per console and stream."""

    dataset: str
    input_type: str
    namespace: str
    tags: tuple[str, ...]
    preserve_original: bool = False
    collector: Collector | None = None

    @property
    def keeps_duplicates(self) -> bool:
        """True if the tags say that own fields stay beside their ECS copies."""
        return PRESERVE_DUPLICATES in self.tags

    def plain(self, fetched: str | None, now: str | None) -> Callable[[Document], None] | None:
        """A function that seals documents that did not fail, made once for many; None where it needs their records.

        As `seal`, but the documents share what is the same in all of them: they are for writing, not for changing.
        """
        return None if self.preserve_original else self._sealing(fetched, now)

    def seal(self, mapped: Mapped, original: Callable[[], str], *, fetched: str | None, now: str | None) -> None:
        """Complete a document in place.

        `original` makes the text for `event.original`, called only when it is kept; `fetched` is `event.created`,
        `now` the `@timestamp` of a document that has none; both ISO 8601 or None.
        """
        text = original() if self.preserve_original or mapped.failed else None
        self._sealing(fetched, now)(mapped.document, text)

    def _sealing(self, fetched: str | None, now: str | None) -> _Seal:
        dataset, collector = self.dataset, self.collector
        data_stream = {"type": "logs", "dataset": dataset, "namespace": self.namespace}
        inputs, tags, agent = {"type": self.input_type}, [*self.tags], None
        with_original = [PRESERVE_ORIGINAL, *tags] if self.preserve_original else [*tags, PRESERVE_ORIGINAL]
        if collector is not None:
            agent = {"type": "s1ecs", "version": collector.version, "id": collector.id, "name": collector.name}

        def seal(document: Document, text: str | None = None) -> None:
            event = document["event"]
            event["dataset"] = dataset
            document["data_stream"] = data_stream
            document["input"] = inputs
            if text is not None:
                event["original"] = text
            document["tags"] = tags if text is None else with_original
            if fetched is not None:
                event["created"] = fetched
            if now is not None and "@timestamp" not in document:
                document["@timestamp"] = now
            if agent is not None:
                document["agent"] = agent

        return seal


def default_tags(stream: str) -> tuple[str, ...]:
    """The tags of Elastic's integration for a stream."""
    return ("forwarded", f"sentinel_one-{stream}")

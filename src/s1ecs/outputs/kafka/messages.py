"""Documents as messages: the id as the key, the JSON as the value, the origin in headers."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from s1ecs.outputs.output import Batch, feed_key
from s1ecs.records import dumps

Headers = list[tuple[str, bytes]]


class KafkaMessage(NamedTuple):
    """One document on its way into a topic."""

    id: str
    value: bytes
    headers: Headers


class KafkaFeed(NamedTuple):
    """Origin of a document: its console, namespace and stream."""

    console: str
    namespace: str
    stream: str

    @property
    def key(self) -> str:
        """Its key in the output's mark."""
        return feed_key(*self)


class FoundDocument(NamedTuple):
    """A document in a topic: its origin, its id, and where it is."""

    feed: KafkaFeed
    id: str
    partition: int
    offset: int


def feed_of(batch: Batch) -> KafkaFeed:
    """Return the origin of a batch."""
    return KafkaFeed(batch.console, batch.namespace, batch.stream)


def messages(batch: Batch) -> Iterator[KafkaMessage]:
    """Make the messages of a batch, in its order, each when it is asked for, so that none stays in memory."""
    shared = [
        ("dataset", dataset(batch.stream).encode()),
        ("namespace", batch.namespace.encode()),
        ("console", batch.console.encode()),
    ]
    # Most documents of a batch share theirs.
    by_version: dict[str, Headers] = {}
    for identity, document in batch.documents:
        version = _schema_version(document)
        headers = by_version.get(version)
        if headers is None:
            headers = by_version[version] = [*shared, ("schema_version", version.encode())]
        yield KafkaMessage(identity, dumps(document), headers)


def dataset(stream: str) -> str:
    """Return the dataset of a stream, as in `data_stream.dataset`."""
    return f"sentinel_one.{stream}"


def feed_from(headers: Mapping[str, object] | Iterable[tuple[str, object]] | None) -> KafkaFeed | None:
    """Return the origin that headers tell; None where they are not ours."""
    found = dict(headers or ())
    told = [found.get(name) for name in ("console", "namespace", "dataset")]
    try:
        console, namespace, name = (each.decode() for each in told if isinstance(each, bytes))
    except ValueError:
        return None
    return KafkaFeed(console, namespace, name.removeprefix(dataset("")))


def _schema_version(document: Mapping[str, Any]) -> str:
    """Return the version of ECS that a document follows, which tells its layout; empty where it tells none."""
    ecs = document.get("ecs")
    version = ecs.get("version") if isinstance(ecs, dict) else None
    return version if isinstance(version, str) else ""

"""Connections to one cluster that are used until something fails. Everything here blocks."""

from collections.abc import Callable, Mapping, Sequence
from threading import Event
from typing import TYPE_CHECKING

from s1ecs.extras import importing
from s1ecs.outputs.kafka.delivered import DeliveredIds
from s1ecs.outputs.kafka.error_rules import KafkaTrouble
from s1ecs.outputs.kafka.messages import FoundDocument
from s1ecs.outputs.kafka.settings import KafkaSettings
from s1ecs.outputs.output import Batch

if TYPE_CHECKING:
    from s1ecs.outputs.kafka.producer import KafkaProducer, SentDocuments
    from s1ecs.outputs.kafka.topics import KafkaTopics


def read_back(
    settings: KafkaSettings, topic: str, ends: Mapping[int, int], delivered: DeliveredIds, stop: Event
) -> Sequence[FoundDocument] | None:
    """Return what a topic holds behind the marks, up to where it ends; None where that is not permitted."""
    with importing("kafka"):
        from s1ecs.outputs.kafka.read_back import TopicReader

    reader = TopicReader(settings, topic, stop)
    try:
        found = reader.documents(delivered.starts(topic, ends), ends)
        return [each for each in found if delivered.is_behind_mark(topic, each)]
    except KafkaTrouble as error:
        if error.code != "TOPIC_AUTHORIZATION_FAILED":
            raise
        return None
    finally:
        reader.close()


def open_topics(settings: KafkaSettings, stop: Event) -> "KafkaTopics":
    """Open a client for topics."""
    with importing("kafka"):
        from s1ecs.outputs.kafka.topics import KafkaTopics

    return KafkaTopics(settings, stop)


def fence(settings: KafkaSettings, transactional_id: str, stop: Event) -> None:
    """End what a process left open under its transactional id; whatever it still sends under it is refused."""
    with importing("kafka"):
        from s1ecs.outputs.kafka.producer import KafkaProducer

    producer = KafkaProducer(settings, transactional_id, stop)
    try:
        producer.begin()
    finally:
        producer.discard()


class KafkaSession:
    """A producer, and the topics that were found; `stop` makes whoever works here end soon."""

    def __init__(self, settings: KafkaSettings, transactional_id: str | None) -> None:
        self.stop = Event()
        self._settings = settings
        self._transactional_id = transactional_id
        self._producer: KafkaProducer | None = None
        self._topics: KafkaTopics | None = None
        self._partitions: dict[str, int] = {}

    def prepare(self, topic: str) -> int:
        """Make sure that a topic exists and the producer may write; return the number of its partitions."""
        if topic not in self._partitions:
            self._partitions[topic] = self._known_topics().require(topic)
        self._ready().begin()
        return self._partitions[topic]

    def read_back(
        self, topic: str, partitions: int, delivered: DeliveredIds
    ) -> tuple[Mapping[int, int], Sequence[FoundDocument] | None]:
        """Return where a topic ends, and what it holds behind the marks; None where that is not permitted."""
        ends = self._known_topics().ends(topic, partitions)
        return ends, read_back(self._settings, topic, ends, delivered, self.stop)

    def send(self, topic: str, batch: Batch, require: Callable[[], None]) -> "SentDocuments":
        """Send documents and wait for their reports; `require` is called before each transaction, and may raise."""
        return self._ready().send(topic, batch, require)

    def check(self) -> None:
        """Find out whether a broker answers, and whether the topics that were used are still there."""
        from s1ecs.outputs.kafka.topics import missing_topics

        topics = self._known_topics()
        topics.answer()
        missing = topics.missing(list(self._partitions))
        if missing:
            raise missing_topics(self._settings, missing)

    def close(self) -> None:
        """Drop the connections."""
        if self._producer is not None:
            self._producer.discard()
        self._producer = self._topics = None

    def _ready(self) -> "KafkaProducer":
        if self._producer is None:
            with importing("kafka"):
                from s1ecs.outputs.kafka.producer import KafkaProducer
            self._producer = KafkaProducer(self._settings, self._transactional_id, self.stop)
        return self._producer

    def _known_topics(self) -> "KafkaTopics":
        if self._topics is None:
            self._topics = open_topics(self._settings, self.stop)
        return self._topics

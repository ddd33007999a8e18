"""Topics: whether they exist, and making those that are missing. Everything here blocks."""

import time
from collections.abc import Mapping, Sequence
from threading import Event
from typing import TYPE_CHECKING, Any

from confluent_kafka import IsolationLevel, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined] # public, but not marked so
from confluent_kafka.cimpl import NewTopic

from s1ecs.outputs.kafka.clients import open_admin, raised
from s1ecs.outputs.kafka.error_rules import KafkaTrouble, trouble
from s1ecs.outputs.kafka.settings import KafkaSettings

if TYPE_CHECKING:
    from concurrent.futures import Future

_MISSING = "UNKNOWN_TOPIC_OR_PART"
_PASSING = (
    "NOT_LEADER_FOR_PARTITION",
    "LEADER_NOT_AVAILABLE",
    _MISSING,
    "REPLICA_NOT_AVAILABLE",
    "UNKNOWN_LEADER_EPOCH",
    "FENCED_LEADER_EPOCH",
)
_POLL_SECONDS = 0.05
_LOOKS = 3
_LOOK_AGAIN_SECONDS = 0.3
# Of creating topics, the broker's own choice.
_BROKERS_CHOICE = -1


class KafkaTopics:
    """The topics of one cluster; a client that failed is not used again."""

    def __init__(self, settings: KafkaSettings, stop: Event | None = None) -> None:
        self._settings = settings
        self._stop = stop or Event()
        self._admin, self._watch = open_admin(settings)

    def answer(self) -> None:
        """Wait until a broker answers, whatever it permits; raise OutputError where none does."""
        try:
            self._result(self._admin.describe_cluster(request_timeout=self._settings.patience))
        except KafkaTrouble as error:
            if error.code != "CLUSTER_AUTHORIZATION_FAILED":
                raise

    def missing(self, names: Sequence[str]) -> list[str]:
        """Return those topics that don't exist; raise OutputError where that can't be told."""
        return [name for name, partitions in self.partitions(names).items() if not partitions]

    def partitions(self, names: Sequence[str]) -> Mapping[str, int]:
        """Return the number of partitions of each topic, 0 for one that does not exist."""
        found: dict[str, int] = {}
        if not names:
            return found
        for name, future in self._admin.describe_topics(
            TopicCollection(list(names)), request_timeout=self._settings.patience
        ).items():
            try:
                found[name] = len(self._result(future).partitions)
            except KafkaTrouble as error:
                if error.code != _MISSING:
                    raise
                found[name] = 0
        return found

    def require(self, name: str) -> int:
        """Return the number of partitions of a topic; raise OutputError where it does not exist."""
        for _ in range(_LOOKS):
            if count := self.partitions([name])[name]:
                return count
            # A broker that has just started does not know all topics yet.
            if self._stop.wait(_LOOK_AGAIN_SECONDS):
                break
        raise missing_topics(self._settings, [name])

    def create(self, names: Sequence[str]) -> None:
        """Make topics, with the partitions and replication of the settings; one that exists stays as it is."""
        replication = _BROKERS_CHOICE if self._settings.replication is None else self._settings.replication
        new = [NewTopic(name, self._settings.partitions, replication) for name in names]
        for name, future in self._admin.create_topics(new, request_timeout=self._settings.patience).items():
            try:
                self._result(future)
            except KafkaTrouble as error:
                if error.code != "TOPIC_ALREADY_EXISTS":
                    told = str(error).removeprefix(f"{self._settings.name}: ")
                    raise KafkaTrouble(
                        f"{self._settings.name}: topic {name} cannot be created: {told}", error.code
                    ) from None

    def ends(self, name: str, partitions: int) -> Mapping[int, int]:
        """Return the next offset of each partition of a topic, behind transactions that are under way."""
        latest_offset = OffsetSpec.latest()  # type: ignore[no-untyped-call] # the library types it not
        asked = {TopicPartition(name, each): latest_offset for each in range(partitions)}
        latest = time.monotonic() + self._settings.patience
        while True:
            found = self._admin.list_offsets(
                asked, isolation_level=IsolationLevel.READ_UNCOMMITTED, request_timeout=self._settings.patience
            )
            try:
                return {each.partition: self._waited_for(future).offset for each, future in found.items()}
            except KafkaException as error:
                # A broker that has just started does not know yet what it leads.
                lasts = error.args[0].name() not in _PASSING
                if lasts or self._stop.wait(_POLL_SECONDS) or time.monotonic() > latest:
                    raise raised(self._watch, error) from None

    def _result(self, future: "Future[Any]") -> Any:
        try:
            result = self._waited_for(future)
        except KafkaException as error:
            self._admin.poll(0)
            raise raised(self._watch, error) from None
        self._watch.answered()
        return result

    def _waited_for(self, future: "Future[Any]") -> Any:
        """Return what a request brought; raise KafkaException where it failed, KafkaTrouble where nothing comes."""
        latest = time.monotonic() + self._settings.patience + 1
        while not future.done():
            self._admin.poll(_POLL_SECONDS)
            self._watch.look()
            if self._stop.is_set() or time.monotonic() > latest:
                raise self._watch.trouble(KafkaError(KafkaError._TIMED_OUT).name(), "timed out")  # noqa: SLF001 - librdkafka's own names
        return future.result()


def missing_topics(settings: KafkaSettings, names: Sequence[str]) -> KafkaTrouble:
    """Return the error for topics that don't exist."""
    told = f"topic {names[0]} does not exist" if len(names) == 1 else f"topics do not exist: {', '.join(names)}"
    return trouble(settings.name, _MISSING, told, "")

"""Topics of a real broker, read as another program reads them."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import orjson
from confluent_kafka import Consumer, KafkaError, TopicPartition

from s1ecs.outputs.kafka.settings import KafkaSettings
from s1ecs.outputs.kafka.topics import KafkaTopics
from servers.kafka import KafkaBroker

PARTITIONS = 3


class Topics:
    """The topics of one test: each stream has one, whose name begins with that of the test."""

    def __init__(self, broker: KafkaBroker, prefix: str) -> None:
        self.broker = broker
        self.template = f"{prefix}.{{stream}}"

    def settings(self, **more: Any) -> KafkaSettings:
        """Make the settings of an output for these topics that does not wait long for a broker."""
        return KafkaSettings(
            **{
                "name": "kafka",
                "bootstrap_servers": (self.broker.address,),
                "topic": self.template,
                "partitions": PARTITIONS,
                "patience": 4.0,
                **more,
            }
        )

    def create(self, *streams: str) -> None:
        """Create the topics of streams."""
        of = self.settings(patience=10.0)
        KafkaTopics(of).create([of.topic_of(stream) for stream in streams])

    def output(self, **more: Any) -> dict[str, Any]:
        """Make the settings of an output, as a user writes them."""
        return {"type": "kafka", "bootstrap_servers": self.broker.address, "topic": self.template, **more}

    def messages(self, stream: str, *, committed: bool = True) -> "list[Received]":
        """Read all of a topic; with `committed` what no transaction took back."""
        return read(self.broker, self.settings().topic_of(stream), committed=committed)

    def keys(self, *streams: str, committed: bool = True) -> Counter[str]:
        """Count the keys in the topics of streams."""
        return Counter(each.key for stream in streams for each in self.messages(stream, committed=committed))


class Received:
    """One message as a consumer gets it."""

    def __init__(self, key: bytes, value: bytes, headers: Mapping[str, object], partition: int) -> None:
        self.key = key.decode()
        self.document: dict[str, Any] = orjson.loads(value)
        self.headers: Mapping[str, str] = {
            name: text.decode() for name, text in headers.items() if isinstance(text, bytes)
        }
        self.partition = partition


def read(broker: KafkaBroker, topic: str, *, committed: bool = True) -> list[Received]:
    """Read all messages of a topic."""
    consumer = Consumer(
        {
            "bootstrap.servers": broker.address,
            "group.id": "tests",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed" if committed else "read_uncommitted",
            "auto.offset.reset": "earliest",
        }
    )
    found: list[Received] = []
    try:
        left = set(consumer.list_topics(topic, 10).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, each, 0) for each in left])
        while left:
            for message in consumer.consume(500, 0.2):
                error, partition = message.error(), message.partition()
                assert partition is not None
                if error is not None:
                    assert error.code() == KafkaError._PARTITION_EOF, error
                    left.discard(partition)
                    continue
                key, value, headers = message.key(), message.value(), dict(message.headers() or ())
                assert isinstance(key, bytes)
                assert isinstance(value, bytes)
                found.append(Received(key, value, headers, partition))
    finally:
        consumer.close()
    return found

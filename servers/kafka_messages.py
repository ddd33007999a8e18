"""Messages of a real broker, as another program reads them."""

from collections.abc import Mapping
from typing import Any

import orjson
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from servers.kafka import KafkaBroker

_SECONDS = 30


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
    """Read all messages of a topic; with `committed` what no transaction took back."""
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
        left = set(consumer.list_topics(topic, _SECONDS).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, each, 0) for each in left])
        while left:
            for message in consumer.consume(500, 0.2):
                error, partition = message.error(), message.partition()
                assert partition is not None
                if error is not None:
                    if error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 - so the library names it
                        raise KafkaException(error)
                    left.discard(partition)
                    continue
                key, value, headers = message.key(), message.value(), dict(message.headers() or ())
                assert isinstance(key, bytes)
                assert isinstance(value, bytes)
                found.append(Received(key, value, headers, partition))
    finally:
        consumer.close()
    return found

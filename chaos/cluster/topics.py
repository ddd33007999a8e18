"""What is in Kafka, as a consumer gets it that reads committed messages alone: ids by console, as often as there."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from chaos.delivered import Ids
from servers.kafka import KafkaBroker

_SECONDS = 30


def in_topic(broker: KafkaBroker, topic: str) -> Mapping[str, Ids]:
    """Return the keys of the messages of a topic, by console."""
    consumer = Consumer(
        {
            "bootstrap.servers": broker.address,
            "group.id": "chaos",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
        }
    )
    found: dict[str, Ids] = defaultdict(Counter)
    try:
        left = set(consumer.list_topics(topic, _SECONDS).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, each, 0) for each in left])
        while left:
            for message in consumer.consume(500, 0.2):
                error, partition = message.error(), message.partition()
                if error is None:
                    key, headers = message.key(), dict(message.headers() or ())
                    found[_text(headers["console"])][_text(key)] += 1
                elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - so the library names it
                    left.discard(partition)
                else:
                    raise KafkaException(error)
    finally:
        consumer.close()
    return found


def _text(value: object) -> str:
    if not isinstance(value, bytes):
        raise TypeError(f"a message with {value!r} where bytes were expected")
    return value.decode()

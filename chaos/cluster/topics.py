"""What is in Kafka, as a consumer gets it that reads committed messages alone: ids by console, as often as there."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from chaos.delivered import Ids
from servers.kafka import KafkaBroker
from servers.kafka_messages import read


def in_topic(broker: KafkaBroker, topic: str) -> Mapping[str, Ids]:
    """Return the keys of the messages of a topic, by console."""
    found: dict[str, Ids] = defaultdict(Counter)
    for message in read(broker, topic):
        found[message.headers["console"]][message.key] += 1
    return found

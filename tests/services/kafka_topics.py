"""Topics of a real broker, read as another program reads them."""

from collections import Counter
from typing import Any

from s1ecs.outputs.kafka.settings import KafkaSettings
from s1ecs.outputs.kafka.topics import KafkaTopics
from servers.kafka import KafkaBroker
from servers.kafka_messages import Received, read

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

    def messages(self, stream: str, *, committed: bool = True) -> list[Received]:
        """Read all of a topic; with `committed` what no transaction took back."""
        return read(self.broker, self.settings().topic_of(stream), committed=committed)

    def keys(self, *streams: str, committed: bool = True) -> Counter[str]:
        """Count the keys in the topics of streams."""
        return Counter(each.key for stream in streams for each in self.messages(stream, committed=committed))

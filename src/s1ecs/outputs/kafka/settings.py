"""The settings of a connection to Kafka, and the configuration of librdkafka that follows from them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Reads a secret anew, since its file may have changed. Raises OutputError.
ReadSecret = Callable[[], str]

# A broker closes the connection on a request of more than 100 MB by default; a document of so many bytes is refused.
MAX_MESSAGE = 50_000_000
# Below what a topic accepts by default, so that only a document that is too large by itself is refused.
_BATCH = 900_000
# Seconds after which librdkafka gives a document back, so that it can wait in the spool.
DELIVERY_SECONDS = 30.0


@dataclass(frozen=True)
class KafkaSettings:
    """The brokers, the topics and the login of an output.

    `topic` has `{stream}` where the stream's name comes; `sasl` is the name of the mechanism, empty without a login.
    `password` is that of `username`, `bearer` the token for OAUTHBEARER. Without `replication` the broker decides.
    `patience` are the seconds without any broker after which an attempt is given up: a restart of one takes less.
    """

    name: str
    bootstrap_servers: tuple[str, ...]
    topic: str = "s1ecs.{stream}"
    compression: str = "zstd"
    transactions: bool = False
    partitions: int = 6
    replication: int | None = None
    tls: bool = False
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    sasl: str = ""
    username: str | None = None
    password: ReadSecret | None = field(default=None, repr=False)
    bearer: ReadSecret | None = field(default=None, repr=False)
    user_agent: str = "s1ecs"
    patience: float = 10.0

    def topic_of(self, stream: str) -> str:
        """Return the topic of a stream."""
        return self.topic.replace("{stream}", stream)


def connection(settings: KafkaSettings) -> dict[str, Any]:
    """Return the configuration of any client of these brokers; read the password."""
    found: dict[str, Any] = {
        "bootstrap.servers": ",".join(settings.bootstrap_servers),
        "client.id": settings.user_agent,
        "security.protocol": ("sasl_" if settings.sasl else "") + ("ssl" if settings.tls else "plaintext"),
        # A broker that closes a connection that nobody uses is no event.
        "log.connection.close": False,
        "reconnect.backoff.max.ms": 2000,
        "socket.keepalive.enable": True,
    }
    files = {
        "ssl.ca.location": settings.ca_file,
        "ssl.certificate.location": settings.cert_file,
        "ssl.key.location": settings.key_file,
    }
    found |= {name: str(path) for name, path in files.items() if path is not None}
    if settings.sasl:
        found["sasl.mechanism"] = settings.sasl
    if settings.password is not None:
        found |= {"sasl.username": settings.username, "sasl.password": settings.password()}
    return found


def producing(settings: KafkaSettings, transactional_id: str | None) -> dict[str, Any]:
    """Return the configuration of a producer; with an id it writes transactions."""
    found = connection(settings) | {
        # With it, acks=all and the order of a topic's documents are librdkafka's own rule.
        "enable.idempotence": True,
        "acks": "all",
        "compression.type": settings.compression,
        # Short, so that the broker works while the rest of a batch is written; its end is flushed.
        "linger.ms": 1,
        "batch.size": _BATCH,
        "message.max.bytes": MAX_MESSAGE,
        # As Java's client does it, so that a key is in the same partition whoever writes it.
        "partitioner": "murmur2_random",
        "queue.buffering.max.messages": 100_000,
        "queue.buffering.max.kbytes": 2 * MAX_MESSAGE // 1000,
    }
    if transactional_id is None:
        return found | {"delivery.timeout.ms": int(DELIVERY_SECONDS * 1000)}
    milliseconds = int(DELIVERY_SECONDS * 1000)
    return found | {
        "transactional.id": transactional_id,
        "transaction.timeout.ms": milliseconds,
        "delivery.timeout.ms": milliseconds,
    }


def reading(settings: KafkaSettings) -> dict[str, Any]:
    """Return the configuration of a consumer that reads committed documents, and joins no group."""
    return connection(settings) | {
        # librdkafka insists on a name; nothing is ever committed under it.
        "group.id": f"{settings.user_agent.partition('/')[0]}-read-back",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "enable.partition.eof": True,
        "isolation.level": "read_committed",
        "auto.offset.reset": "earliest",
        "fetch.wait.max.ms": 100,
    }

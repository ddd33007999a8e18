"""Documents as messages, and the configuration of librdkafka."""

from pathlib import Path

from s1ecs.outputs.kafka.messages import KafkaFeed, feed_from, messages
from s1ecs.outputs.kafka.settings import KafkaSettings, connection, producing, reading
from s1ecs.outputs.output import Batch

BROKERS = ("one:9092", "two:9092")


def test_headers_tell_the_feed() -> None:
    """The origin of a document is read from its headers again; a message of others has none."""
    batch = Batch("éins", "prod", "unified_alert", [("a", {"ecs": {"version": "9.3.0"}}), ("b", {"ecs": 1}), ("c", {})])
    made = list(messages(batch))
    assert [feed_from(each.headers) for each in made] == [KafkaFeed("éins", "prod", "unified_alert")] * 3
    assert [dict(each.headers)["schema_version"] for each in made] == [b"9.3.0", b"", b""]
    assert feed_from([("dataset", b"sentinel_one.alert")]) is None
    assert feed_from([("dataset", b"a"), ("namespace", b"\xff"), ("console", None)]) is None
    assert feed_from(None) is None


def test_no_number_is_changed() -> None:
    """A value is the text that every other output writes."""
    [message] = messages(Batch("one", "default", "alert", [("a", {"big": 2**63 + 1, "text": "é"})]))
    assert message.value == '{"big":9223372036854775809,"text":"é"}'.encode()


def test_a_producer_is_idempotent_and_waits_for_all_replicas() -> None:
    """Whatever the settings are; librdkafka would take less by default."""
    plain = producing(KafkaSettings("kafka", BROKERS), None)
    assert (plain["enable.idempotence"], plain["acks"]) == (True, "all")
    assert "transactional.id" not in plain
    assert plain["delivery.timeout.ms"] <= producing(KafkaSettings("kafka", BROKERS), "t")["transaction.timeout.ms"]


def test_logins_and_files() -> None:
    """Each setting has its place; the password is read when a client is opened."""
    read: list[str] = []

    def password() -> str:
        read.append("read")
        return "secret"

    settings = KafkaSettings(
        "kafka", BROKERS, tls=True, ca_file=Path("/ca"), sasl="SCRAM-SHA-512", username="u", password=password
    )
    assert not read
    assert "secret" not in repr(settings)
    found = connection(settings)
    assert read == ["read"]
    assert {name: found[name] for name in found if name.startswith(("s", "b")) and "socket" not in name} == {
        "bootstrap.servers": "one:9092,two:9092",
        "security.protocol": "sasl_ssl",
        "ssl.ca.location": "/ca",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "u",
        "sasl.password": "secret",
    }
    assert reading(settings)["isolation.level"] == "read_committed"
    assert connection(KafkaSettings("kafka", BROKERS))["security.protocol"] == "plaintext"


def test_topics() -> None:
    """The stream's name comes where the template wants it."""
    assert KafkaSettings("kafka", BROKERS).topic_of("alert") == "s1ecs.alert"
    assert KafkaSettings("kafka", BROKERS, "all").topic_of("alert") == "all"

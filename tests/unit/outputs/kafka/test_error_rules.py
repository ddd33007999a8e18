"""Errors of librdkafka as people read them."""

import pytest

from s1ecs.outputs.kafka.error_rules import KafkaErrorKind, kind_of, reason, trouble

REFUSED = "Connect to ipv4#127.0.0.1:9092 failed: Connection refused (after 0ms in state CONNECT)"
REPEATED = "4 identical error(s) suppressed"
DENIED = "SASL authentication error: Authentication failed: Invalid username or password"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"127.0.0.1:9092/bootstrap: {REFUSED}", "Connect to 127.0.0.1:9092 failed: Connection refused"),
        (f"kafka-1.example:9092/17: {REFUSED}", "Connect to 127.0.0.1:9092 failed: Connection refused"),
        (f"[2001:db8::1]:9092/-1: {REFUSED}", "Connect to 127.0.0.1:9092 failed: Connection refused"),
        (f"TxnCoordinator: 127.0.0.1:9092: {REFUSED}", "Connect to 127.0.0.1:9092 failed: Connection refused"),
        (f"GroupCoordinator/1: {REFUSED}", "Connect to 127.0.0.1:9092 failed: Connection refused"),
        (
            f"sasl_ssl://b-2.my_kafka.example:9096/bootstrap: {DENIED} (after 312ms in state AUTH_REQ, {REPEATED})",
            DENIED,
        ),
        (
            "ssl://broker:9093/2: SSL handshake failed: certificate verify failed (after 5ms in state SSL_HANDSHAKE)",
            "SSL handshake failed: certificate verify failed",
        ),
        (
            "Failed to create producer: ssl.key.location failed: error:05800074:x509 certificate routines::mismatch",
            "key_file cannot be used: mismatch",
        ),
        ("Topic authorization failed (my topic)", "Topic authorization failed (my topic)"),
        ("two\nlines", "two lines"),
        ("", "no reason given"),
    ],
)
def test_reasons_name_no_broker_id_and_no_timing(said: str, shown: str) -> None:
    """The cause is left of an error; what librdkafka says of brokers, states and repetitions is not."""
    assert reason(said) == shown


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("MSG_SIZE_TOO_LARGE", KafkaErrorKind.REFUSED),
        ("_AUTHENTICATION", KafkaErrorKind.HOPELESS),
        ("_TRANSPORT", KafkaErrorKind.AWAY),
        ("_FENCED", KafkaErrorKind.FENCED),
        ("NOT_ENOUGH_REPLICAS", KafkaErrorKind.OTHER),
    ],
)
def test_kinds(code: str, kind: KafkaErrorKind) -> None:
    """Only what is wrong with a document itself refuses it."""
    assert kind_of(code) is kind


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("_TRANSPORT", "kafka: no broker of one:9092, two:9092 answers: the reason"),
        ("_AUTHENTICATION", "kafka: the login was rejected: the reason; check sasl and the login"),
        ("_SSL", "kafka: TLS failed: the reason; check tls, ca_file, cert_file and key_file"),
        (
            "NOT_ENOUGH_REPLICAS",
            "kafka: the reason; start the missing brokers, or reduce min.insync.replicas of the topic",
        ),
        ("_FENCED", "kafka: another process writes with the same transactional id; it is retried"),
        ("UNKNOWN", "kafka: the reason"),
    ],
)
def test_errors_say_what_to_do(code: str, told: str) -> None:
    """The output comes first, then the cause, then the cure."""
    assert str(trouble("kafka", code, "the reason", "one:9092, two:9092")) == told

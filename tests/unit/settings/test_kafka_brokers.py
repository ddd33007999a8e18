"""Outputs of type kafka: what is set, what does not fit together, what is never shown."""

import pytest

from s1ecs.errors import SettingsError
from s1ecs.settings import show

from .conftest import Loader

PASSWORD = "never-to-be-seen"
HERE = "outputs: [{type: kafka, bootstrap_servers: 'h'"


def test_defaults(loader: Loader) -> None:
    """With brokers alone an output is complete; they get their port."""
    output = loader("outputs: [{type: kafka, bootstrap_servers: 'one, TWO.example:9093, [2001:db8::1], [::1]:9'}]")
    values = output.outputs[0].values
    assert values["bootstrap_servers"] == ("one:9092", "two.example:9093", "[2001:db8::1]:9092", "[::1]:9")
    assert [values[name] for name in ("topic", "transactions", "compression", "partitions", "replication", "sasl")] == [
        "s1ecs.{stream}",
        False,
        "zstd",
        6,
        None,
        "none",
    ]


def test_secrets_are_never_shown(loader: Loader) -> None:
    """A password and a token are `***` wherever settings are printed."""
    for login in (
        f"sasl: scram-sha-256, username: u, password: {PASSWORD}",
        f"tls: true, sasl: oauthbearer, bearer: {PASSWORD}",
    ):
        settings = loader(f"{HERE}, {login}}}]")
        assert PASSWORD not in str(show(settings)) + repr(settings)
        assert "***" in str(show(settings))


@pytest.mark.parametrize("topic", ["s1ecs.{stream}", "{stream}", "all", "a_b-c.{stream}.D"])
def test_topics(loader: Loader, topic: str) -> None:
    """A topic is a name, with or without the stream's."""
    assert loader(f"{HERE}, topic: '{topic}'}}]").outputs[0].values["topic"] == topic


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{type: kafka}", "bootstrap_servers"),
        ("{type: kafka, bootstrap_servers: 'https://h:1'}", "not the address of a broker"),
        ("{type: kafka, bootstrap_servers: 'u@h:1'}", "not the address of a broker"),
        ("{type: kafka, bootstrap_servers: 'h:0'}", "its port is not a number"),
        (
            "{type: kafka, bootstrap_servers: h, topic: 's1ecs.{console}'}",
            "'{console}' is not a placeholder; allowed: {stream}",
        ),
        ("{type: kafka, bootstrap_servers: h, topic: 'a b'}", "is not allowed; allowed: a topic name"),
        ("{type: kafka, bootstrap_servers: h, topic: '{stream'}", "is not allowed; allowed: a topic name"),
        ("{type: kafka, bootstrap_servers: h, topic: '..'}", "is not allowed; allowed: a topic name"),
        ("{type: kafka, bootstrap_servers: h, replication: 40000}", "is greater than 32767"),
        ("{type: kafka, bootstrap_servers: h, sasl: gssapi}", "'gssapi' is not allowed"),
        ("{type: kafka, bootstrap_servers: h, sasl: scram-sha-256}", "has sasl: scram-sha-256, but no username"),
        ("{type: kafka, bootstrap_servers: h, sasl: scram-sha-256, username: u}", "but no password; set password_file"),
        (
            "{type: kafka, bootstrap_servers: h, sasl: oauthbearer, tls: true}",
            "but no token; set bearer_file or bearer",
        ),
        ("{type: kafka, bootstrap_servers: h, username: u}", "has username, which this sasl does not use"),
        (
            "{type: kafka, bootstrap_servers: h, sasl: oauthbearer, tls: true, bearer: t, username: u}",
            "has username, which this sasl does not use; set sasl: plain, scram-sha-256 or scram-sha-512",
        ),
        ("{type: kafka, bootstrap_servers: h, bearer: t, bearer_file: f}", "has bearer and bearer_file; keep one"),
        ("{type: kafka, bootstrap_servers: h, ca_file: s1ecs.yaml}", "has ca_file, but no tls; set tls: true"),
        ("{type: kafka, bootstrap_servers: h, tls: true, key_file: s1ecs.yaml}", "has key_file alone"),
        (
            "{type: kafka, bootstrap_servers: h, sasl: plain, username: u, password: p}",
            "would send its login unencrypted",
        ),
    ],
)
def test_what_does_not_fit_together(loader: Loader, text: str, words: str) -> None:
    """Each contradiction is an error that says what to do."""
    with pytest.raises(SettingsError) as raised:
        loader(f"outputs: [{text}]")
    assert words in str(raised.value)


@pytest.mark.parametrize("more", ["", "allow_http: true\n"])
def test_a_login_stays_on_this_machine_or_is_meant_to_leave_it(loader: Loader, more: str) -> None:
    """Without TLS a password may go to this machine, and elsewhere only where that is allowed."""
    host = "h" if more else "127.0.0.1:9092, localhost, '[::1]:9092'"
    login = "sasl: plain, username: u, password: p"
    assert loader(f"{more}outputs: [{{type: kafka, bootstrap_servers: [{host}], {login}}}]").outputs

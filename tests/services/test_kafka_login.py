"""Logins, TLS and permissions of a real Kafka broker: what is right works, what is wrong is one clear error."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType

from s1ecs.state.sqlite.database import Database
from servers.kafka import PASSWORD, RESTRICTED, USER, KafkaBroker
from tests.acceptance.conftest import (
    MOMENT,
    Commands,
    Start,
)
from tests.acceptance.conftest import (
    start_standin as start_standin,  # noqa: PLC0414 - pytest finds it by its name here
)
from tests.services.kafka_topics import Topics
from tests.services.test_kafka_output import STREAM, KafkaSubject, opened
from tests.unit.outputs.search.authority import Authority

pytestmark = pytest.mark.xdist_group("kafka")

WRONG = "not-the-password-at-all"


@pytest.fixture
def topics(kafka: KafkaBroker, namespace: str) -> Topics:
    """The topic of alerts, of the test's own."""
    made = Topics(kafka, namespace)
    made.create(STREAM)
    return made


@pytest.fixture(scope="module")
def console(start_standin: Start) -> str:
    """A console with some alerts."""
    return start_standin("--agents", "2", "--alerts", "20", "--now", MOMENT)


@pytest.fixture
def commands(tmp_path: Path, console: str) -> Commands:
    """Commands without an output yet."""
    return Commands(tmp_path, console)


def token(seconds: float) -> str:
    """Make a token that nobody signed, which expires after so many seconds."""
    now = int(time.time())
    parts = ({"alg": "none"}, {"sub": USER, "iat": now - 600, "exp": int(now + seconds)})
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts), ""])


Login = Callable[[KafkaBroker, Path, Authority], Mapping[str, object]]


def _password(mechanism: str) -> Login:
    def login(broker: KafkaBroker, folder: Path, _authority: Authority) -> Mapping[str, object]:
        (folder / "password").write_text(f"{PASSWORD}\n")
        return {
            "bootstrap_servers": broker.sasl,
            "sasl": mechanism,
            "username": USER,
            "password_file": str(folder / "password"),
        }

    return login


def _token(broker: KafkaBroker, folder: Path, _authority: Authority) -> Mapping[str, object]:
    (folder / "token").write_text(f"{token(300)}\n")
    return {"bootstrap_servers": broker.sasl, "sasl": "oauthbearer", "bearer_file": str(folder / "token")}


def _certificate(broker: KafkaBroker, _folder: Path, authority: Authority) -> Mapping[str, object]:
    assert broker.tls is not None
    files = {"ca_file": authority.certificate, "cert_file": authority.own, "key_file": authority.key}
    return {"bootstrap_servers": broker.tls, "tls": True, **{name: str(path) for name, path in files.items()}}


LOGINS: Mapping[str, Login] = {
    "plain": _password("plain"),
    "scram-sha-256": _password("scram-sha-256"),
    "scram-sha-512": _password("scram-sha-512"),
    "oauthbearer": _token,
    "tls": _certificate,
}


@pytest.mark.parametrize("name", LOGINS)
def test_a_login_that_is_right_works(
    commands: Commands, topics: Topics, kafka: KafkaBroker, kafka_authority: Authority, name: str
) -> None:
    """With each way to log in, checks pass and documents arrive."""
    login = LOGINS[name](kafka, commands.folder, kafka_authority)
    commands.environment["S1ECS_OUTPUTS"] = json.dumps([topics.output(**login)])
    commands.environment["S1ECS_STREAMS"] = STREAM
    assert "is reachable and accepts the login" in commands.ok("check")
    commands.ok("collect")
    assert topics.keys(STREAM).total() == 20


def _wrong_password(broker: KafkaBroker, _folder: Path, _authority: Authority) -> Mapping[str, object]:
    return {"bootstrap_servers": broker.sasl, "sasl": "scram-sha-512", "username": USER, "password": WRONG}


def _expired(broker: KafkaBroker, folder: Path, _authority: Authority) -> Mapping[str, object]:
    (folder / "token").write_text(token(-60))
    return {"bootstrap_servers": broker.sasl, "sasl": "oauthbearer", "bearer_file": str(folder / "token")}


def _no_token(broker: KafkaBroker, folder: Path, _authority: Authority) -> Mapping[str, object]:
    return {"bootstrap_servers": broker.sasl, "sasl": "oauthbearer", "bearer_file": str(folder / "none")}


def _unknown_authority(broker: KafkaBroker, folder: Path, _authority: Authority) -> Mapping[str, object]:
    (folder / "other").mkdir()
    return {"bootstrap_servers": broker.tls, "tls": True, "ca_file": str(Authority(folder / "other").certificate)}


def _no_authority(broker: KafkaBroker, folder: Path, _authority: Authority) -> Mapping[str, object]:
    (folder / "ca.pem").write_text("nothing\n")
    return {"bootstrap_servers": broker.tls, "tls": True, "ca_file": str(folder / "ca.pem")}


def _login_for_none(_broker: KafkaBroker, _folder: Path, _authority: Authority) -> Mapping[str, object]:
    return {"sasl": "plain", "username": USER, "password": WRONG}


ERRORS: Mapping[str, tuple[Login, str]] = {
    "password": (_wrong_password, "the login was rejected: SASL authentication error: Authentication failed"),
    "expired": (_expired, "the token of bearer or bearer_file has expired; renew it"),
    "no token": (_no_token, "no such file; it must contain the secret and nothing else"),
    "authority": (_unknown_authority, "TLS failed: SSL handshake failed"),
    "no authority": (_no_authority, "ca_file cannot be used: no certificate or crl found"),
    "login": (_login_for_none, "the login was rejected: "),
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_login_that_is_wrong_is_one_clear_error(
    commands: Commands, topics: Topics, kafka: KafkaBroker, kafka_authority: Authority, name: str
) -> None:
    """Collecting says in one line what is wrong, soon, without a secret and without a word of librdkafka's own log."""
    login, told = ERRORS[name]
    output = topics.output(**login(kafka, commands.folder, kafka_authority))
    commands.environment["S1ECS_OUTPUTS"] = json.dumps([output])
    began = time.monotonic()
    failed = commands.run("collect", STREAM)
    assert time.monotonic() - began < 40
    assert failed.returncode == 1
    lines = [line for line in failed.stderr.splitlines() if told in line]
    assert lines, failed.stderr
    assert all("kafka: " in line for line in lines)
    assert len(lines) == 1, failed.stderr
    assert WRONG not in failed.stderr
    assert "rdkafka" not in failed.stderr
    assert "%" not in failed.stderr
    assert "ipv4#" not in failed.stderr


def permit(kafka: KafkaBroker, topic: str, *operations: AclOperation) -> None:
    """Permit the restricted user to do this with a topic."""
    if not operations:
        return
    admin = AdminClient({"bootstrap.servers": kafka.address})
    rules = [
        AclBinding(
            ResourceType.TOPIC,
            topic,
            ResourcePatternType.LITERAL,
            f"User:{RESTRICTED}",
            "*",
            each,
            AclPermissionType.ALLOW,
        )
        for each in operations
    ]
    for made in admin.create_acls(rules).values():
        made.result(10)


async def test_a_user_that_may_not_read_delivers_and_is_warned(
    kafka: KafkaBroker, topics: Topics, tmp_path: Path
) -> None:
    """Without the permission to read, documents arrive, and one line says what may be doubled after a crash."""
    permit(kafka, topics.settings().topic_of(STREAM), AclOperation.WRITE, AclOperation.DESCRIBE)
    database = await Database.open(tmp_path)
    subject = KafkaSubject(database, topics)
    login = {
        "bootstrap_servers": (kafka.sasl,),
        "sasl": "PLAIN",
        "username": RESTRICTED,
        "password": lambda: PASSWORD,
    }
    for name in ("a", "b"):
        output = await opened(subject, **login)
        await subject.give(output, subject.batch(name))
        await output.deliver(subject.batch("uncommitted"))
        await output.close()
    await database.close()
    assert topics.keys(STREAM) == {"a": 1, "b": 1, "uncommitted": 2}
    [line] = subject.said
    assert "not permitted to read topic" in line
    assert "delivered twice, with the same key" in line


@pytest.mark.parametrize("permitted", [(), (AclOperation.DESCRIBE,)], ids=["nothing", "describe"])
def test_a_user_that_may_not_write_is_one_clear_error(
    commands: Commands, topics: Topics, kafka: KafkaBroker, permitted: tuple[AclOperation, ...]
) -> None:
    """The error says what to permit, and nothing is lost: with the permission, all of it arrives."""
    topic = topics.settings().topic_of(STREAM)
    permit(kafka, topic, *permitted)
    login = {"bootstrap_servers": kafka.sasl, "sasl": "plain", "username": RESTRICTED, "password": PASSWORD}
    commands.environment["S1ECS_OUTPUTS"] = json.dumps([topics.output(**login)])
    failed = commands.run("collect", STREAM)
    assert failed.returncode == 1
    assert failed.stderr.count("permit this user to describe, read and write the topics of s1ecs") == 1
    assert PASSWORD not in failed.stderr
    permit(kafka, topic, AclOperation.DESCRIBE, AclOperation.WRITE, AclOperation.READ)
    commands.ok("collect", STREAM)
    assert topics.keys(STREAM).total() == 20

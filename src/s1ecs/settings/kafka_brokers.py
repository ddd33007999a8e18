"""The settings of outputs of type kafka, and what does not fit together among them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from s1ecs.settings import value_types
from s1ecs.settings.addresses import clean_broker, is_loopback
from s1ecs.settings.search_servers import STALLED
from s1ecs.settings.setting import Setting
from s1ecs.settings.value_types import ValueType

_NOT_SET = "not set"
_PLACEHOLDER = "{stream}"
# Kafka allows 249 characters; the longest name of a stream has 16.
_LONGEST = 249 - 16
_TOPIC = "a topic name (letters, digits and . _ -), in which {stream} stands for the name of the stream"
_GREATEST_REPLICATION = 32_767


def _read_topic(text: str, _folder: Path) -> str:
    trimmed = text.strip()
    for found in re.findall(r"\{[^{}]*\}", trimmed):
        if found != _PLACEHOLDER:
            raise ValueError(f"{found!r} is not a placeholder; allowed: {_PLACEHOLDER}")
    fixed = trimmed.replace(_PLACEHOLDER, "")
    if not re.fullmatch(r"[A-Za-z0-9._-]*", fixed) or trimmed in {"", ".", ".."} or len(fixed) > _LONGEST:
        raise ValueError(f"{text!r} is not allowed; allowed: {_TOPIC}")
    return trimmed


def _read_replication(text: str, folder: Path) -> int:
    count: int = value_types.COUNT.read(text, folder)
    if count > _GREATEST_REPLICATION:
        raise ValueError(f"{text!r} is greater than {_GREATEST_REPLICATION}")
    return count


_BROKERS = ValueType(
    "list",
    "HOST:PORT, or several as a list or comma-separated",
    lambda text, _folder: clean_broker(text),
    many=True,
    write=", ".join,
)

KAFKA_SETTINGS: tuple[Setting, ...] = (
    Setting(
        "bootstrap_servers",
        _BROKERS,
        "Addresses of brokers of one cluster; the others are found through them.",
        default_words="none; required",
        needed=True,
    ),
    Setting(
        "topic",
        ValueType("topic", _TOPIC, _read_topic),
        "Topic of the documents, by stream. `s1ecs setup` creates missing topics.",
        default="s1ecs.{stream}",
    ),
    Setting(
        "name",
        value_types.NAME,
        "Name of the output in logs and dead letters. Required with several outputs of one type.",
        default_words="the type",
    ),
    Setting(
        "transactions",
        value_types.BOOLEAN,
        "Write each batch in a transaction: consumers with isolation.level read_committed see all of it or nothing.",
        default=False,
    ),
    Setting(
        "compression",
        value_types.choice("none", "gzip", "snappy", "lz4", "zstd"),
        "Compression of batches.",
        default="zstd",
    ),
    Setting("partitions", value_types.COUNT, "Partitions of a topic that `s1ecs setup` creates.", default=6),
    Setting(
        "replication",
        ValueType("number", value_types.COUNT.allowed, _read_replication),
        "Replication factor of a topic that `s1ecs setup` creates.",
        default_words="that of the brokers (default.replication.factor)",
    ),
    Setting("tls", value_types.BOOLEAN, "Encrypt connections with TLS.", default=False),
    Setting(
        "ca_file",
        value_types.EXISTING_FILE,
        "With tls: PEM file of trusted certificate authorities, instead of those of the system.",
        default_words="system authorities",
    ),
    Setting(
        "cert_file",
        value_types.EXISTING_FILE,
        "With tls: PEM file with the certificate of this client and its chain.",
        default_words=_NOT_SET,
    ),
    Setting(
        "key_file",
        value_types.EXISTING_FILE,
        "With cert_file: PEM file with its private key, without a passphrase.",
        default_words=_NOT_SET,
    ),
    Setting(
        "sasl",
        value_types.choice("none", "plain", "scram-sha-256", "scram-sha-512", "oauthbearer"),
        "Mechanism of the login. oauthbearer needs a token, the others username and password.",
        default="none",
    ),
    Setting("username", value_types.USER, "User name.", default_words=_NOT_SET),
    Setting("password", value_types.PASSWORD, "Password of the user.", default_words=_NOT_SET),
    Setting(
        "password_file",
        value_types.LOGIN_FILE,
        "File with the password, read again for each new connection to the cluster.",
        default_words=_NOT_SET,
    ),
    Setting("bearer", value_types.TOKEN, "Token for sasl: oauthbearer.", default_words=_NOT_SET),
    Setting(
        "bearer_file",
        value_types.LOGIN_FILE,
        "File with the token, read again before the token expires.",
        default_words=_NOT_SET,
    ),
    *STALLED,
)


def amiss(values: Mapping[str, Any], *, allow_http: bool) -> Iterator[str]:
    """List what does not fit together among the values of such an output, as texts after the output's name."""

    def given(*names: str) -> list[str]:
        return [name for name in names if values.get(name) is not None]

    for pair in (("password", "password_file"), ("bearer", "bearer_file")):
        if len(secrets := given(*pair)) > 1:
            yield f"has {' and '.join(secrets)}; keep one of them"
    if not values.get("tls") and (files := given("ca_file", "cert_file", "key_file")):
        yield f"has {files[0]}, but no tls; set tls: true"
    if len(files := given("cert_file", "key_file")) == 1:
        yield f"has {files[0]} alone; set both cert_file and key_file"
    yield from _login_amiss(values.get("sasl"), given)
    readable = [each for each in values.get("bootstrap_servers") or () if not _is_here(each)]
    if values.get("sasl") in {"plain", "oauthbearer"} and not values.get("tls") and readable and not allow_http:
        yield (
            "would send its login unencrypted, readable by anyone on the network path; set tls: true, or "
            "allow_http: true if you trust the network"
        )


def _login_amiss(sasl: str | None, given: Any) -> Iterator[str]:
    of_user, of_token = given("username", "password", "password_file"), given("bearer", "bearer_file")
    if sasl == "oauthbearer":
        if not of_token:
            yield "has sasl: oauthbearer, but no token; set bearer_file or bearer"
        wrong = of_user
    elif sasl not in {None, "none"}:
        if not given("username"):
            yield f"has sasl: {sasl}, but no username; set username"
        if not given("password", "password_file"):
            yield f"has sasl: {sasl}, but no password; set password_file or password"
        wrong = of_token
    else:
        wrong = of_user + of_token
    if wrong:
        usable = "oauthbearer" if wrong == of_token else "plain, scram-sha-256 or scram-sha-512"
        yield f"has {wrong[0]}, which this sasl does not use; set sasl: {usable}, or leave it out"


def _is_here(address: str) -> bool:
    return is_loopback(urlsplit(f"//{address}").hostname or "")

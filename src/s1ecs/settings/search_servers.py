"""The settings of outputs that are search servers, and what does not fit together among them."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from s1ecs.settings import value_types
from s1ecs.settings.addresses import is_loopback
from s1ecs.settings.setting import Setting

# Ways to log in, each by the settings that make it.
_LOGINS = (("username", "password", "password_file"), ("api_key", "api_key_file"), ("bearer", "bearer_file"))
_NOT_SET = "not set"

_REACHED = (
    Setting(
        "hosts",
        value_types.SERVERS,
        "Addresses of the nodes of one cluster, with port. An unreachable node is skipped for a while.",
        default_words="none; required",
    ),
    Setting(
        "name",
        value_types.NAME,
        "Name of the output in logs and dead letters. Required with several outputs of one type.",
        default_words="the type",
    ),
    Setting("username", value_types.USER, "User name.", default_words=_NOT_SET),
    Setting("password", value_types.PASSWORD, "Password of the user.", default_words=_NOT_SET),
    Setting(
        "password_file",
        value_types.LOGIN_FILE,
        "File with the password, read again when the server rejects it.",
        default_words=_NOT_SET,
    ),
    Setting("api_key", value_types.TOKEN, "API key, as id:key or encoded, instead of a user.", default_words=_NOT_SET),
    Setting("api_key_file", value_types.LOGIN_FILE, "File with the API key.", default_words=_NOT_SET),
    Setting("bearer", value_types.TOKEN, "Bearer token, instead of a user.", default_words=_NOT_SET),
    Setting("bearer_file", value_types.LOGIN_FILE, "File with the bearer token.", default_words=_NOT_SET),
    Setting(
        "ca_file",
        value_types.EXISTING_FILE,
        "PEM file of trusted certificate authorities, instead of those of the system.",
        default_words="system authorities",
    ),
    Setting(
        "ca_fingerprint",
        value_types.FINGERPRINT,
        "SHA-256 fingerprint of the trusted CA certificate, as Elasticsearch prints it at its first start.",
        default_words=_NOT_SET,
    ),
    Setting("proxy", value_types.PROXY, "Proxy for requests to the server.", default_words="none"),
)

_KEPT = Setting(
    "keep_days",
    value_types.COUNT,
    "Retention in days, by time of arrival. Installed by `s1ecs setup`.",
    default_words="everything",
)
_LATEST = Setting(
    "latest",
    value_types.BOOLEAN,
    "Keep additional indices with the latest states of all streams but activity, one document per entity.",
    default=False,
)
_PIPELINE = Setting(
    "pipeline",
    value_types.PIPELINE,
    "Ingest pipeline of the server that every document goes through, also one of a record that could not be mapped. "
    "_none bypasses those of templates: documents are complete.",
    default="_none",
)
STALLED = (
    Setting(
        "on_stall",
        value_types.choice("wait", "spill"),
        "Behavior while the output accepts no documents: wait (all outputs wait), or spill (its documents are spooled "
        "on disk).",
        default="wait",
    ),
    Setting(
        "stall_after",
        value_types.DURATION,
        "Timeout for a batch before its documents are spooled on disk.",
        default=timedelta(seconds=30),
    ),
    Setting(
        "spill_size",
        value_types.SIZE,
        "Maximum size of the spool; beyond it all outputs wait.",
        default=1_000_000_000,
    ),
)

ELASTICSEARCH_SETTINGS: tuple[Setting, ...] = (
    *_REACHED,
    Setting(
        "cloud_id",
        value_types.CLOUD_ID,
        "Cloud ID of an Elastic Cloud deployment, instead of hosts.",
        default_words=_NOT_SET,
    ),
    _LATEST,
    _PIPELINE,
    _KEPT,
    Setting(
        "lifecycle",
        value_types.choice("data_stream", "ilm"),
        "Mechanism that removes old documents: the data stream lifecycle, or an ILM policy.",
        default="data_stream",
    ),
    *STALLED,
)
OPENSEARCH_SETTINGS: tuple[Setting, ...] = (*_REACHED, _LATEST, _PIPELINE, _KEPT, *STALLED)


def amiss(values: Mapping[str, Any], *, allow_http: bool) -> Iterator[str]:
    """List what does not fit together among the values of such an output, as texts after the output's name."""

    def given(*names: str) -> list[str]:
        return [name for name in names if values.get(name) is not None]

    if len(found := given("hosts", "cloud_id")) != 1:
        both = " and ".join(found)
        other = ", or cloud_id" if "cloud_id" in values else ""
        yield f"has {both}; keep one of them" if found else f"has no hosts; set hosts: https://HOST:PORT{other}"
    logins = [found for way in _LOGINS if (found := given(*way))]
    if len(logins) > 1:
        yield f"has {' and '.join(found[0] for found in logins)}; keep one way to log in"
    for way in _LOGINS:
        if len(secrets := given(*way[-2:])) > 1:
            yield f"has {' and '.join(secrets)}; keep one of them"
    if given("username") and not given("password", "password_file"):
        yield "has username, but no password; set password_file or password"
    if given("password", "password_file") and not given("username"):
        yield "has a password, but no username; set username"
    if len(given("ca_file", "ca_fingerprint")) > 1:
        yield "has ca_file and ca_fingerprint; keep one of them"
    if logins and not allow_http and any(map(_is_readable, values.get("hosts") or ())):
        yield (
            "would send its login over unencrypted HTTP, readable by anyone on the network path; use https://, or "
            "set allow_http: true if you trust the network"
        )


def _is_readable(address: str | None) -> bool:
    parts = urlsplit(address or "")
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")

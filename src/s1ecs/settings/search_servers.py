"""The settings of outputs that are search servers, and what does not fit together among them."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from s1ecs.settings import kinds
from s1ecs.settings.address import is_loopback
from s1ecs.settings.table import Setting

SEARCH_TYPES = ("elasticsearch", "opensearch")

# Ways to log in, each by the settings that make it.
_LOGINS = (("username", "password", "password_file"), ("api_key", "api_key_file"), ("bearer", "bearer_file"))
_NOT_SET = "not set"

_REACHED = (
    Setting(
        "hosts",
        kinds.SERVERS,
        "The addresses of one cluster's nodes, with port; one that can't be reached is passed over for a while.",
        default_words="none, it is needed",
    ),
    Setting(
        "name",
        kinds.NAME,
        "What the output is called in logs and dead letters, where there are several of its type.",
        default_words="its type",
    ),
    Setting("username", kinds.USER, "The user to log in as.", default_words=_NOT_SET),
    Setting("password", kinds.PASSWORD, "The user's password.", default_words=_NOT_SET),
    Setting(
        "password_file",
        kinds.LOGIN_FILE,
        "A file that holds the password; it is read again when the server no longer takes it.",
        default_words=_NOT_SET,
    ),
    Setting("api_key", kinds.TOKEN, "An API key, as id:key or encoded, in place of a user.", default_words=_NOT_SET),
    Setting("api_key_file", kinds.LOGIN_FILE, "A file that holds the API key.", default_words=_NOT_SET),
    Setting("bearer", kinds.TOKEN, "A token, in place of a user.", default_words=_NOT_SET),
    Setting("bearer_file", kinds.LOGIN_FILE, "A file that holds the token.", default_words=_NOT_SET),
    Setting(
        "ca_file",
        kinds.EXISTING_FILE,
        "PEM file of the authorities to trust in place of this machine's.",
        default_words="this machine's authorities",
    ),
    Setting(
        "ca_fingerprint",
        kinds.FINGERPRINT,
        "The SHA-256 of the authority's certificate to trust, as Elasticsearch prints it at its first start.",
        default_words=_NOT_SET,
    ),
    Setting("proxy", kinds.PROXY, "The proxy by which the server is reached.", default_words="none"),
)

_KEPT = Setting(
    "keep_days",
    kinds.COUNT,
    "For how many days the server keeps documents, by when they arrived; `s1ecs setup` installs it.",
    default_words="everything",
)
_LATEST = Setting(
    "latest",
    kinds.BOOLEAN,
    "Keep the latest state of agents, groups and applications too, one document a thing, in indices of their own.",
    default=False,
)
_STALLED = (
    Setting(
        "on_stall",
        kinds.choice("wait", "spill"),
        "What happens while the server takes no documents: all outputs wait for it, or its documents wait on disk.",
        default="wait",
    ),
    Setting(
        "stall_after",
        kinds.DURATION,
        "How long the server may take for a batch before its documents wait on disk.",
        default=timedelta(seconds=30),
    ),
    Setting(
        "spill_size",
        kinds.SIZE,
        "How much may wait on disk; beyond it all outputs wait.",
        default=1_000_000_000,
    ),
)

ELASTICSEARCH: tuple[Setting, ...] = (
    *_REACHED,
    Setting("cloud_id", kinds.CLOUD_ID, "A deployment of Elastic Cloud, in place of hosts.", default_words=_NOT_SET),
    _LATEST,
    _KEPT,
    Setting(
        "lifecycle",
        kinds.choice("data_stream", "ilm"),
        "What removes old documents: the data stream's own lifecycle, or an ILM policy.",
        default="data_stream",
    ),
    *_STALLED,
)
OPENSEARCH: tuple[Setting, ...] = (*_REACHED, _LATEST, _KEPT, *_STALLED)


def amiss(values: Mapping[str, Any], *, allow_http: bool) -> Iterator[str]:
    """What does not fit together among the values of such an output, as texts behind the output's name."""

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
            "would send its login over plain http, readable for everyone on the way; write https://, or set "
            "allow_http: true if this network is yours"
        )


def _is_readable(address: str | None) -> bool:
    parts = urlsplit(address or "")
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")

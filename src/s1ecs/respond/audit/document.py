"""An action of the journal as a record of the stream `response_action`, and as its document; no secret is in either."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import orjson

from s1ecs import masking
from s1ecs.ecs.envelope import Collector
from s1ecs.ecs.mapper import original
from s1ecs.ecs.redaction import Redaction
from s1ecs.records import Record
from s1ecs.respond.audit.journal import Entry, Target
from s1ecs.respond.audit.json_safe import plain
from s1ecs.sentinelone.signed_urls import without_signatures
from s1ecs.streams.response_action import STREAM
from s1ecs.timestamps import time_text

AuditState = Literal["requested", "finished", "settled"]

MASK = "***"
_SECRET_KEYS = ("password", "passphrase", "passcode", "token", "secret", "authorization", "apikey")
# Shorter ones stand in too many words: a secret then counts only as a whole value, what is redacted not at all.
_SHORTEST_SECRET = 8
_SHORTEST_REDACTED = 4
_SYSTEMS = MappingProxyType({"windows_legacy": "windows"})
_NANOSECONDS = 1000


class Made(NamedTuple):
    """A document and its id."""

    id: str
    document: Mapping[str, Any]


def audit_document(
    entry: Entry,
    state: AuditState,
    *,
    namespace: str,
    collector: Collector | None,
    redact: Sequence[str],
    now: datetime,
) -> Made:
    """The document of an action in this state; `redact` are fields that it may not have, `now` when it is made."""
    value = audit_record(entry, state)
    record = Record(value, lambda: value)
    mapper, redaction = STREAM.mapper(), Redaction(STREAM.table, redact)
    stripped = redaction.strip(record)
    mapped = mapper.map(stripped.record)
    envelope = STREAM.envelope(namespace=namespace, collector=collector)
    made = time_text(now)
    envelope.seal(mapped, lambda: original(stripped.record), fetched=made, now=made)
    redaction.clean(mapped.document, stripped)
    return Made(mapper.identify(record), masked(mapped.document, stripped.removed, shortest=_SHORTEST_REDACTED))


def audit_record(entry: Entry, state: AuditState) -> dict[str, Any]:
    """Build the audit record of an action in this state, without its `follow`."""
    ended = state != "requested"
    finished = entry.finished if ended else None
    plain = {
        "id": entry.id,
        "state": state,
        "action": entry.action,
        "console": entry.console,
        "status": entry.status if ended else "pending",
        "reason": entry.reason if ended else "",
        "comment": entry.comment,
        "machine": entry.machine,
        "user": {"name": entry.user},
        "time": time_text(finished or entry.requested),
        "requested": time_text(entry.requested),
        "finished": time_text(finished) if finished else "",
        "duration": None if finished is None else _nanoseconds(finished - entry.requested),
        "requests": [dict(request) for request in entry.requests],
        "details": entry.details if ended else {},
        **_told_of(entry.targets),
    }
    shown: dict[str, Any] = without_secrets(plain, entry.details, entry.follow)
    return _without_empties(shown)


def _without_empties(record: dict[str, Any]) -> dict[str, Any]:
    """The record without what is not known; requests stay as they were sent."""
    parts = {key: _known(record[key]) for key in ("host", "target", "user")}
    return _known({**record, **parts})


def _known(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if value is not None and value not in ("", [], {})}


def without_secrets(value: Any, *beside: Any) -> Any:
    """JSON with `***` in place of passwords and tokens, wherever their texts stand, and of signatures of links.

    What is secret is known by the keys under which it stands, in the value or in one of `beside`.
    """
    text = orjson.dumps(plain(value))
    clean = orjson.loads(without_signatures(text))
    secrets = {secret for each in (clean, *beside) for secret in _secrets(each, named=False)}
    short = frozenset(secret for secret in secrets if len(secret) < _SHORTEST_SECRET)
    told = masked(_whole_masked(_without_named(clean), short), secrets, shortest=_SHORTEST_SECRET)
    # What the console says of an action may repeat the token or a password of the settings.
    return masking.masked.value(told)


def masked(value: Any, texts: Iterable[str], *, shortest: int) -> Any:
    """JSON with `***` in place of these texts, the longest first; those shorter than `shortest` letters are left."""
    longest_first = sorted((text for text in texts if len(text) >= shortest), key=len, reverse=True)
    return _replaced(value, longest_first) if longest_first else value


def _whole_masked(value: Any, texts: frozenset[str]) -> Any:
    """JSON with `***` in place of each value that is one of these texts and nothing else."""
    if isinstance(value, str):
        return MASK if value in texts else value
    if isinstance(value, Mapping):
        return {key: _whole_masked(each, texts) for key, each in value.items()}
    return [_whole_masked(each, texts) for each in value] if isinstance(value, list) else value


def _replaced(value: Any, texts: Sequence[str]) -> Any:
    if isinstance(value, str):
        for text in texts:
            value = value.replace(text, MASK)
        return value
    if isinstance(value, Mapping):
        return {_replaced(key, texts): _replaced(each, texts) for key, each in value.items()}
    return [_replaced(each, texts) for each in value] if isinstance(value, list) else value


def _without_named(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: MASK if _is_secret(key) and isinstance(each, str) and each else _without_named(each)
            for key, each in value.items()
        }
    return [_without_named(each) for each in value] if isinstance(value, list) else value


def _secrets(value: Any, *, named: bool) -> Iterator[str]:
    if isinstance(value, str) and named and value not in ("", MASK):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _secrets(each, named=named or _is_secret(str(key)))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _secrets(each, named=named)


def _is_secret(key: str) -> bool:
    folded = "".join(filter(str.isalnum, key)).lower()
    return folded.endswith(_SECRET_KEYS)


def _told_of(targets: Sequence[Target]) -> dict[str, Any]:
    """Describe targets and hosts: a value for one target, a list for several."""
    host = {
        "name": _each(targets, "host"),
        "id": _each(targets, "agent"),
        "uuid": _each(targets, "uuid"),
        "os": _one(_SYSTEMS.get(target.os, target.os) for target in targets),
        "user": _each(targets, "user"),
        "site": _each(targets, "site"),
        "group": _each(targets, "group"),
        "account": _each(targets, "account"),
    }
    return {
        "host": host,
        "target": {"kind": _each(targets, "kind"), "id": _each(targets, "id"), "name": _each(targets, "name")},
    }


def _each(targets: Sequence[Target], name: str) -> str | list[str]:
    return _one(getattr(target, name) for target in targets)


def _one(values: Iterable[str]) -> str | list[str]:
    found = list(dict.fromkeys(filter(None, values)))
    return found[0] if len(found) == 1 else found


def _nanoseconds(span: timedelta) -> int:
    return max(span // timedelta(microseconds=1), 0) * _NANOSECONDS


def moment(text: str) -> datetime:
    """A time of a row, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)

"""Redaction of requests and responses: the sources of the fields that the setting `redact` names are removed."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from s1ecs.ecs.redaction import Redaction
from s1ecs.masking import MASK
from s1ecs.records import NotJSON, Record, read, settle
from s1ecs.streams.collection_modes import CallPerItem
from s1ecs.streams.redaction import redaction_of
from s1ecs.streams.stream import Stream

_KEY = re.compile(r"\{([A-Za-z.]+)\}")
# Cursors hold the values by which a list is sorted.
_CURSORS = frozenset({"cursor", "nextCursor", "startCursor", "endCursor", "after"})

# Of these nothing is shown: the token is what they are about.
_ABOUT_TOKENS = frozenset({"/users/api-token-details"})


class LeftOut(Exception):
    """A body is not shown; the text says why."""


@dataclass(frozen=True)
class _Kind:
    """The records of one list of one stream; `root` is the connection's field, `into` the key they get in a record."""

    path: str
    redaction: Redaction
    root: str = ""
    call: CallPerItem | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        """Pattern of the list's path."""
        return re.compile("".join(part if n % 2 else re.escape(part) for n, part in enumerate(_steps(self.path))))

    def strip(self, element: Any) -> Any:
        """An element of the list without what is redacted; None where nobody knows what it holds."""
        into = self.call.into if self.call else ""
        stripped = self.redaction.strip(_as_record({into: element} if into else element))
        if not stripped.original_is_safe:
            return None
        value = stripped.record.value
        return value.get(into) if into and isinstance(value, dict) else value

    def hides(self, key: str) -> bool:
        """Return True if the value under this key of a record is redacted."""
        value = {key: "x"}
        return bool(self.redaction.strip(Record(value, lambda: value)).removed)


class Redacted:
    """Knows for every path what of it may be shown, by the fields to redact of one console; made once."""

    def __init__(self, streams: Iterable[Stream], fields: Sequence[str]) -> None:
        made = [kind for stream in streams for kind in _kinds(stream, redaction_of(stream, fields))]
        self._kinds = [(kind.pattern, kind) for kind in made if kind.redaction.reaches_records]
        self._calls = [(kind.pattern, kind.call) for kind in made if kind.call] if self._kinds else []

    def path(self, path: str) -> str:
        """The path, its keys hidden where they are redacted."""
        for call in self._calls_of(path):
            if any(map(self._hides, _KEY.findall(call.path))):
                return call.path
        return path

    def query(self, path: str, params: Mapping[str, str]) -> dict[str, str]:
        """The query, with what it takes from redacted values hidden."""
        hidden = {
            name
            for call in self._calls_of(path)
            for name, form in call.parameters.items()
            if any(map(self._hides, _KEY.findall(form)))
        }
        shown = {name: MASK if name in hidden else value for name, value in params.items()}
        named = hidden or self._of(path)
        return {name: _digest(value) if named and name in _CURSORS else value for name, value in shown.items()}

    def body(self, path: str, body: bytes) -> Any:
        """The body of a request or an answer as JSON; raise LeftOut where it can't be known what it holds."""
        if path in _ABOUT_TOKENS:
            raise LeftOut("it concerns a token")
        try:
            content, tolerant = read(body.removeprefix(b"\xef\xbb\xbf"))
        except NotJSON:
            raise LeftOut(f"not JSON, {len(body)} bytes") from None
        if tolerant:
            content, _ = settle(content)
        kinds = self._of(path)
        if not kinds:
            return content
        if not isinstance(content, dict):
            raise LeftOut("not a JSON object, and the setting redact names fields of this list")
        content = _without_cursors(content)
        for kind in kinds:
            content = {**content, "data": _data(content["data"], kind)} if "data" in content else content
        return content

    def _of(self, path: str) -> list[_Kind]:
        return [kind for pattern, kind in self._kinds if pattern.fullmatch(path)]

    def _calls_of(self, path: str) -> list[CallPerItem]:
        return [call for pattern, call in self._calls if pattern.fullmatch(path)]

    def _hides(self, key: str) -> bool:
        return any(kind.hides(key) for _, kind in self._kinds)


def _as_record(value: Any) -> Record:
    return Record(value, lambda: value)


def _kinds(stream: Stream, redaction: Redaction) -> list[_Kind]:
    """The lists that a stream asks for: what is redacted may come from its items, too."""
    calls = [ask.per_item for ask in (stream.ask, *stream.optional.values()) if ask.per_item]
    own = _Kind(stream.ask.path, redaction, root=stream.ask.root)
    return [own, *(_Kind(call.path, redaction, call=call) for call in calls)]


def _data(data: Any, kind: _Kind) -> Any:
    if kind.root and isinstance(data, dict):
        return {name: _connection(each, kind.strip) for name, each in data.items()}
    if isinstance(data, list):
        return [kind.strip(element) for element in data]
    return data if data is None else kind.strip(data)


def _connection(found: Any, strip: Callable[[Any], Any]) -> Any:
    if not isinstance(found, dict):
        return None
    edges = found.get("edges")
    nodes = [
        {**edge, "node": None if edge.get("node") is None else strip(edge["node"])}
        for edge in (edges if isinstance(edges, list) else [])
        if isinstance(edge, dict)
    ]
    return {**found, "edges": nodes}


def _without_cursors(content: dict[str, Any]) -> dict[str, Any]:
    """The answer, or the request, with a name in place of each cursor; records are left as they are."""

    def named(value: Any, depth: int) -> Any:
        if not isinstance(value, dict) or not depth:
            return value
        return {
            key: _digest(each) if key in _CURSORS and isinstance(each, str) else _within(key, each, depth)
            for key, each in value.items()
        }

    def _within(key: str, each: Any, depth: int) -> Any:
        if key == "edges" and isinstance(each, list):
            return [named(edge, 1) for edge in each]
        return each if isinstance(each, list) else named(each, depth - 1)

    kept = {"data": content["data"]} if isinstance(content.get("data"), list) else {}
    return {**named(content, 4), **kept}


def _digest(cursor: str) -> str:
    """A name for a cursor by which it is known again, in both spellings in which it comes."""
    return f"cursor {sha256(unquote(cursor).encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def _steps(path: str) -> list[str]:
    return re.sub(r"\{[A-Za-z.]+\}", "\0[^/]+\0", path).split("\0")

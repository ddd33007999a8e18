"""The text of an answer, read in slices: at once where it is short, else element by element of its lists.

An element that the fast parser refuses costs the others nothing: each is read for itself. One that is nested deeper
than any parser goes is a record of its own, whose value is its text.
"""

import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from json import JSONDecoder
from typing import Any

import orjson

from s1ecs.records import NOT_UNICODE, ExactFloat, NotJSON, Record, any_record, decoded, integer, refuse
from s1ecs.slices import at_once

Path = tuple[str, ...]
Reading = Generator[None, None, tuple[Any, int]]

# What is read in one go: two hundredths of a second or so, and faster than element by element.
_SHORT = 4_000_000
# No list of records lies deeper, as in {"data": {"alerts": {"edges": []}}}, and none lies in another.
_DEEPEST = 4
# How many brackets and quotation marks are passed over in one go.
_MARKS = 10_000

_SPACE = re.compile(r"[ \t\n\r]*")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_MARK = re.compile(r'["\[\]{}]|\\.', re.DOTALL)


@dataclass(frozen=True)
class ParsedPage:
    """Parsed text of a response. `lists` holds the records of its lists by the keys that lead to them.

    Where the text was read at once there are none: the fast parser took all of it.
    """

    content: Any
    lists: Mapping[Path, list[Record]] = field(default_factory=dict)


def reading(text: bytes) -> Generator[None, None, ParsedPage]:
    """Read JSON, yielding wherever there is time for something else; raise NotJSON."""
    if len(text) <= _SHORT:
        try:
            return ParsedPage(orjson.loads(text))
        except orjson.JSONDecodeError as error:
            reason = str(error)
    else:
        reason = ""
    reader = _Reader(text)
    try:
        content = yield from reader.whole()
    except NotJSON as error:
        raise NotJSON(reason or str(error)) from None
    return ParsedPage(content, reader.lists)


def records_at(text: bytes, path: Path) -> Iterator[Record]:
    """Read the records of one list as they are asked for; JSON that names a key twice may give those of another."""
    reader = _Reader(text)
    given = 0
    for _ in reader.whole():
        found = reader.lists.get(path, [])
        while given < len(found):
            yield found[given]
            given += 1


def member(record: Record, key: str) -> Record:
    """Read what an object that is nested too deeply has under a key; the object itself where there is nothing."""
    return at_once(_Reader(record.value.encode()).member(key)) or record


class _Reader:
    """Reads one text: objects key by key down to the first list, the list element by element."""

    def __init__(self, text: bytes) -> None:
        self._text, self._errors = decoded(text)
        self._odd = False
        self._decoder = JSONDecoder(parse_float=self._float, parse_int=self._integer, parse_constant=refuse)
        self.lists: dict[Path, list[Record]] = {}

    def whole(self) -> Generator[None, None, Any]:
        value, end = yield from self._value(self._behind_space(0), ())
        if self._behind_space(end) != len(self._text):
            raise NotJSON(f"more than one value, the second at character {end}")
        return value

    def member(self, wanted: str) -> Generator[None, None, Record | None]:
        """Read an object as far as a key, and what is under that by itself."""
        place = self._behind_space(1)
        while self._text.startswith('"', place):
            key, place = yield from self._element(place)
            start = self._behind(":", place)
            record, place = yield from self._element(start)
            if key.value == wanted:
                return record
            place = self._behind_space(place)
            if self._text.startswith("}", place):
                break
            place = self._behind(",", place)
        return None

    def _value(self, start: int, path: Path) -> Reading:
        opening = self._text[start : start + 1]
        if opening == "{" and len(path) < _DEEPEST:
            return (yield from self._object(start, path))
        if opening == "[":
            return (yield from self._list(start, path))
        record, end = yield from self._element(start)
        if NOT_UNICODE in record.flaws:
            # Beside lists of records a text stays as it came: a cursor that is no Unicode can't be sent.
            return self._decoder.raw_decode(self._text, start)
        return record.value, end

    def _object(self, start: int, path: Path) -> Reading:
        found: dict[str, Any] = {}
        place = self._behind_space(start + 1)
        while not (self._text.startswith("}", place) and not found):
            if not self._text.startswith('"', place):
                raise self._expected("a key", place)
            key, place = yield from self._element(place)
            place = self._behind(":", place)
            # Of a key that comes twice the last counts, and so do its lists.
            inner = (*path, key.value)
            self.lists = {place: found for place, found in self.lists.items() if place[: len(inner)] != inner}
            found[key.value], place = yield from self._value(place, inner)
            place = self._behind_space(place)
            yield
            if self._text.startswith("}", place):
                break
            place = self._behind(",", place)
        return found, place + 1

    def _list(self, start: int, path: Path) -> Reading:
        found = self.lists[path] = list[Record]()
        place = self._behind_space(start + 1)
        while not (self._text.startswith("]", place) and not found):
            record, place = yield from self._element(place)
            found.append(record)
            yield
            place = self._behind_space(place)
            if self._text.startswith("]", place):
                break
            place = self._behind(",", place)
        return [record.value for record in found], place + 1

    def _element(self, start: int) -> Generator[None, None, tuple[Record, int]]:
        self._odd = False
        try:
            value, end = self._decoder.raw_decode(self._text, start)
        except RecursionError:
            end = yield from self._passed_over(start)
            return self._by_itself(start, end), end
        except ValueError as error:
            raise NotJSON(str(error)) from None
        if self._odd or self._errors != "strict" or _SURROGATE.search(self._text, start, end):
            return self._by_itself(start, end), end
        return Record(value, lambda: value), end

    def _by_itself(self, start: int, end: int) -> Record:
        """The element as a line by itself is read: by the fast parser, if that takes it."""
        return any_record(self._text[start:end].encode("utf-8", self._errors))

    def _passed_over(self, start: int) -> Generator[None, None, int]:
        """Find the end of a value by its brackets alone."""
        depth, inside_text = 0, False
        for number, mark in enumerate(_MARK.finditer(self._text, start)):
            if mark[0] == '"':
                inside_text = not inside_text
            elif not inside_text and len(mark[0]) == 1:
                depth += 1 if mark[0] in "[{" else -1
                if depth == 0:
                    return mark.end()
            if number % _MARKS == 0:
                yield
        raise self._expected("the end of a value", len(self._text))

    def _behind_space(self, place: int) -> int:
        found = _SPACE.match(self._text, place)
        return found.end() if found else place

    def _behind(self, letter: str, place: int) -> int:
        place = self._behind_space(place)
        if not self._text.startswith(letter, place):
            raise self._expected(f"'{letter}'", place)
        return self._behind_space(place + 1)

    def _expected(self, what: str, place: int) -> NotJSON:
        return NotJSON(f"{what} is missing at character {place}")

    def _float(self, text: str) -> ExactFloat:
        self._odd = True
        return ExactFloat(text)

    def _integer(self, text: str) -> Any:
        number = integer(text)
        self._odd |= type(number) is not int
        return number

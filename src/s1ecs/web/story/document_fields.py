"""Fields of a document by the names of layout 1, whichever layout it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from s1ecs.streams import STREAMS, response_action
from s1ecs.streams.column_fields import column_fields

# A time that stands for none: agents send it where they know no better.
_NO_TIME = "1970-01-01T00:00:00"


@dataclass(frozen=True)
class DocumentFields:
    """A document of a stream, looked up by dotted paths."""

    stream: str
    document: Mapping[str, Any]

    def get(self, path: str) -> Any:
        """Return the value of a field in either layout; None where the document has none."""
        return next(
            (found for name in _names(self.stream, path) if (found := at(self.document, name)) is not None), None
        )

    def text(self, *paths: str) -> str:
        """Return the first of these fields that holds something, as text; "" for none."""
        for path in paths:
            found = as_text(self.get(path))
            if found:
                return found
        return ""

    def time(self, *paths: str) -> str:
        """Return the first of these fields that holds a time that is one."""
        return next((found for path in paths if (found := self.text(path)) and not found.startswith(_NO_TIME)), "")

    def members(self, path: str) -> Sequence[Any]:
        """Return the members of a list; a value that is no list counts as its only member."""
        found = self.get(path)
        if found is None:
            return ()
        return found if isinstance(found, list) else (found,)

    def objects(self, path: str) -> Sequence[Mapping[str, Any]]:
        """Return those members of a list that are objects."""
        return [each for each in self.members(path) if isinstance(each, dict)]


def at(document: Any, path: str) -> Any:
    """Return the value at a dotted path; None where something on the way is missing or no object."""
    for step in path.split("."):
        if not isinstance(document, dict):
            return None
        document = document.get(step)
    return document


def as_text(value: Any) -> str:
    """Return a value as text: the first member of a list, nothing for objects."""
    if isinstance(value, list):
        value = next((each for each in value if not isinstance(each, list | dict)), None)
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


@cache
def _names(stream: str, path: str) -> tuple[str, ...]:
    known = response_action.STREAM if stream == response_action.STREAM.name else STREAMS[stream]
    return column_fields(known, path)

"""Recognition of records that belong to another stream, by the keys that the tables of streams read."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from s1ecs.streams import STREAMS
from s1ecs.streams.stream import Stream

_WORD = re.compile(r"\w+")
# Keys that so many streams read tell none of them.
_COMMON = 3
# A record fits another stream that knows so much of it, and so much more than the chosen one does.
_FITS = 0.75
_BETTER_BY = 0.3
# Records of a stream have a few sets of keys; what others make up must not fill the memory.
_REMEMBERED = 64


class Recognition:
    """Tells whether records can be of a stream; records of the same keys are looked at once."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        # Sets of keys, in their order, of which it is known.
        self.fitting: set[tuple[str, ...]] = set()

    def fits(self, record: Mapping[str, Any]) -> bool:
        """Tell whether a record can be one of the stream, as the function `fits` does."""
        keys = tuple(record)
        if keys in self.fitting:
            return True
        if not fits(record, self._stream):
            return False
        if len(self.fitting) < _REMEMBERED:
            self.fitting.add(keys)
        return True


def fits(record: Mapping[str, Any], stream: Stream) -> bool:
    """Tell whether a record can be one of a stream: it has a key of its own, and fits no other stream far better."""
    if not record:
        return True
    if _distinctive(stream.name).isdisjoint(record):
        return False
    share = _share(record, stream.name)
    return share >= _FITS or not any(_share(record, name) >= max(_FITS, share + _BETTER_BY) for name in STREAMS)


def likely_stream(record: Mapping[str, Any]) -> str | None:
    """Return the name of the stream that knows most keys of a record; None where none knows enough."""
    best = max(STREAMS, key=lambda name: _share(record, name))
    return best if _share(record, best) >= _FITS and not _distinctive(best).isdisjoint(record) else None


def _share(record: Mapping[str, Any], name: str) -> float:
    return len(_known(name) & record.keys()) / len(record) if record else 0.0


@cache
def _known(name: str) -> frozenset[str]:
    """Return the keys at the top of a stream's records that its table reads, or its query asks for."""
    stream = STREAMS[name]
    keys = {row.source.partition(".")[0] for row in stream.table.rows}
    keys.update(_WORD.findall(getattr(stream.ask, "query", "")))
    return frozenset(keys - {""})


@cache
def _distinctive(name: str) -> frozenset[str]:
    """Return those of the keys that few streams have."""
    readers = Counter(key for each in STREAMS for key in _known(each))
    return frozenset(key for key in _known(name) if readers[key] < _COMMON)

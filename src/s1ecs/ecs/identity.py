"""The `_id` of a document, by the rule of Elasticsearch's fingerprint processor.

SHA-1 without salt over, for each part in the order of its path, one zero byte and the part's UTF-8 text; Base64 with
padding, 28 characters. An absent part is left out with its zero byte. The same state read twice has one id, each later
state another, so that whoever reads a window twice gets no second copy.
"""

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha1
from typing import Any

from s1ecs.records import Record, canonical

Identify = Callable[[Record], str]


def fingerprint(*parts: bytes) -> str:
    """The id over parts that are already in the order of their paths."""
    return b64encode(sha1(b"".join([b"\0" + part for part in parts]), usedforsecurity=False).digest()).decode()


def whole_record(value: Any) -> str:
    """The id over a whole record: its JSON text, compact, keys sorted, numbers as they were written."""
    return fingerprint(canonical(value))


def identity_of(paths: tuple[str, ...]) -> Identify:
    """A function from a record to its id over the values at `paths`; the whole record where none is present."""
    steps = [tuple(path.split(".")) for path in sorted(paths)]

    def identify(record: Record) -> str:
        parts = []
        for path in steps:
            value = record.value
            for step in path:
                value = value.get(step) if value.__class__ is dict else None
            if value.__class__ is str:
                parts.append(value.encode())
            elif value is not None:
                parts.append(canonical(_exact_at(record, path)))
        return fingerprint(*parts) if parts else whole_record(record.exact())

    return identify


def _exact_at(record: Record, path: tuple[str, ...]) -> Any:
    value = record.exact()
    for step in path:
        value = value[step]
    return value

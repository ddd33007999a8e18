"""The `_id` of a document, by the rule of Elasticsearch's fingerprint processor.

SHA-1 without salt over, for each part in the order of its path, one zero byte and the part's UTF-8 text; Base64 with
padding, 28 characters. An absent part is left out with its zero byte. The same state read twice has one id, each later
state another, so that whoever reads a window twice gets no second copy.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable
from hashlib import sha1
from typing import Any

from s1ecs.ecs.empty_values import cleaned
from s1ecs.ecs.table import FieldTable
from s1ecs.records import Record, canonical, exact_form

Identify = Callable[[Record], str]


def fingerprint(*parts: bytes) -> str:
    """The id over parts that are already in the order of their paths."""
    return b64encode(sha1(b"".join([b"\0" + part for part in parts]), usedforsecurity=False).digest()).decode()


def whole_record(value: Any) -> str:
    """The id over a whole record: its JSON text, compact, keys sorted, numbers as they were written."""
    return fingerprint(canonical(value))


def identity_of(table: FieldTable) -> Identify:
    """A function from a record to its id, by what the table says of identity."""
    usual, other = _steps(table.identity), _steps(table.identity_2)
    first = tuple(table.identity_2[0].split(".")) if table.identity_2 else ()
    needed = tuple(table.identity_needs.split(".")) if table.identity_needs else ()
    left_out = table.identity_without
    ready = cleaned if table.cleaned else _as_it_is

    def identify(record: Record) -> str:
        parts = []
        steps = other if first and ready(_at(record.value, first)) is not None else usual
        if not needed or ready(_at(record.value, needed)) is not None:
            for path in steps:
                value = _at(record.value, path)
                if value.__class__ is str:
                    if ready(value) is not None:
                        parts.append(value.encode())
                elif value is not None and (part := ready(_at(exact_form(record), path))) is not None:
                    parts.append(canonical(part))
        return fingerprint(*parts) if parts else _of_all(exact_form(record))

    def _of_all(record: Any) -> str:
        if isinstance(record, dict):
            record = {key: value for key, value in record.items() if key not in left_out}
            return whole_record(ready(record) or {})
        return whole_record(record)

    return identify


def _steps(paths: Iterable[str]) -> list[tuple[str, ...]]:
    return [tuple(path.split(".")) for path in sorted(paths)]


def _at(value: Any, path: tuple[str, ...]) -> Any:
    if len(path) == 1:
        return value.get(path[0]) if value.__class__ is dict else None
    for step in path:
        value = value.get(step) if value.__class__ is dict else None
    return value


def _as_it_is(value: Any) -> Any:
    return value

"""Typed columns: a value that its column's type can't hold exactly is kept as JSON in the column `misfits`.

The column `document` has the whole document as it is in the store, so that types are a convenience and lose nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from s1ecs.extras import importing
from s1ecs.records import dumps
from s1ecs.timestamps import time_text

with importing("parquet"):
    import pyarrow as pa

ColumnType = Literal["boolean", "integer", "number", "text", "time"]

MISFITS = "misfits"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_64_BITS = range(-(2**63), 2**63)


@dataclass(frozen=True)
class TypedColumn:
    """A column of a view with its type; it shows the first of `fields` that a document has, of none nothing."""

    name: str
    type: ColumnType
    fields: tuple[str, ...] = ()


class _Misfit(Exception):
    """The value is not exactly one of the column's type."""


def _boolean(value: Any) -> bool:
    # SQLite has 0 and 1 for them.
    if isinstance(value, int) and value in {0, 1}:
        return bool(value)
    raise _Misfit


def _integer(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value in _64_BITS:
        return value
    raise _Misfit


def _number(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        with suppress(OverflowError):
            number = float(value)
            if number == value:
                return number
    raise _Misfit


def _text(value: Any) -> str:
    return value if isinstance(value, str) else dumps(value).decode()


def _time(value: Any) -> int:
    """Milliseconds since 1970 of a time as documents have it."""
    with suppress(TypeError, ValueError, OverflowError):
        moment = datetime.fromisoformat(value)
        if time_text(moment) == value:
            return (moment - _EPOCH) // _MILLISECOND
    raise _Misfit


_FITTED: Mapping[ColumnType, Callable[[Any], Any]] = MappingProxyType(
    {"boolean": _boolean, "integer": _integer, "number": _number, "text": _text, "time": _time}
)
_ARROW: Mapping[ColumnType, Any] = MappingProxyType(
    {
        "boolean": pa.bool_(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "text": pa.string(),
        "time": pa.timestamp("ms", tz="UTC"),
    }
)


def schema_of(columns: Sequence[TypedColumn], *, misfits: bool = True) -> Any:
    """Return the Arrow schema of the columns, with `misfits` behind them."""
    fields = [pa.field(column.name, _ARROW[column.type]) for column in columns]
    return pa.schema([*fields, pa.field(MISFITS, pa.string())] if misfits else fields)


def batch_of(columns: Sequence[TypedColumn], rows: Iterable[Sequence[Any]], *, misfits: bool = True) -> Any:
    """Return rows, each with a value a column, as an Arrow batch."""
    unfit: list[dict[str, Any]] = []
    values: list[list[Any]] = [[] for _ in columns]
    fitted = [(column.name, _FITTED[column.type], taken.append) for column, taken in zip(columns, values, strict=True)]
    for row in rows:
        left: dict[str, Any] = {}
        for (name, fit, take), value in zip(fitted, row, strict=True):
            if value is None:
                take(None)
                continue
            try:
                take(fit(value))
            except _Misfit:
                take(None)
                left[name] = value
        unfit.append(left)
    arrays = [
        pa.array(taken, pa.int64()).cast(_ARROW[column.type])
        if column.type == "time"
        else pa.array(taken, _ARROW[column.type])
        for column, taken in zip(columns, values, strict=True)
    ]
    if misfits:
        texts = [_readable(left) if left else None for left in unfit]
        arrays.append(pa.array(texts, pa.string()))
    return pa.RecordBatch.from_arrays(arrays, schema=schema_of(columns, misfits=misfits))


def values_at(columns: Sequence[TypedColumn], document: Any) -> list[Any]:
    """Return the document's value for each column that shows one of its fields, None for the others."""
    return [_first(document, column.fields) for column in columns]


def _first(document: Any, fields: tuple[str, ...]) -> Any:
    for field in fields:
        value = _at(document, field)
        if value is not None:
            return value
    return None


def _at(document: Any, field: str) -> Any:
    for step in field.split("."):
        if not isinstance(document, Mapping):
            return None
        document = document.get(step)
    return document


def _readable(values: Mapping[str, Any]) -> str:
    plain = {name: value.hex() if isinstance(value, bytes) else value for name, value in values.items()}
    return dumps(plain).decode()

"""A table -> the text of one Python function that maps a record, straight line by straight line.

No row is looked at when a record is mapped: for each row the function has the few statements that the row needs, and
nothing is cleaned up afterwards, because an empty value is never put in. The same text for the same table, so that it
can be read and compared (`source_of`).

The function takes (record, problems) and returns (document, failed): `problems` collects texts for `error.message`,
`failed` says that a whole-record failure ended the work early.
"""

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from s1ecs.ecs import empty_values
from s1ecs.ecs.codegen.layout import Shape, indented
from s1ecs.ecs.codegen.statements import NAMES, Statements, fields_of, fields_read, names_of
from s1ecs.ecs.duplicates import Duplicates
from s1ecs.ecs.geoip import Locate
from s1ecs.ecs.table import FieldRow, FieldTable

MapRecord = Callable[[dict[str, Any], list[str]], tuple[dict[str, Any], bool]]

_RELATED = ("hash", "hosts", "ip", "user")


def compile_mapping(table: FieldTable, locate: Locate | None = None, *, keep_duplicates: bool = True) -> MapRecord:
    """The mapping function of a table; `locate` knows where addresses lie."""
    duplicates = _duplicates(table, keep_duplicates=keep_duplicates)
    namespace = {**NAMES, "locate": locate, "cleaned": empty_values.cleaned, "prepare": table.prepare}
    for number, row in enumerate(table.rows):
        namespace.update(names_of(number, row, table, duplicates))
    namespace.update(_fetchers(table))
    text = source_of(table, keep_duplicates=keep_duplicates)
    exec(compile(text, "<mapping>", "exec"), namespace)  # noqa: S102 - our own text, made from our own table
    function: MapRecord = namespace["map_record"]
    return function


def source_of(table: FieldTable, *, keep_duplicates: bool = True) -> str:
    """The text of the mapping function."""
    return "\n".join(_function(table, _duplicates(table, keep_duplicates=keep_duplicates))) + "\n"


def _duplicates(table: FieldTable, *, keep_duplicates: bool) -> Duplicates:
    return Duplicates(() if keep_duplicates else table.duplicates)


def _function(table: FieldTable, duplicates: Duplicates) -> list[str]:
    # A function row may append to every related list, and what it likes.
    free = any(row.kind == "function" for row in table.rows)
    related = [name for name in _RELATED if free or any(row.related == name for row in table.rows)]
    targets = [target for row in table.rows for target in (*row.targets, *fields_of(row))]
    fields = [*filter(lambda field: not duplicates.removes(field), targets), *(f"related.{name}" for name in related)]
    shape = Shape(fields, [field for row in table.rows for field in fields_read(row)])
    statements = Statements(table, shape, duplicates)
    return [
        "def map_record(record, problems):",
        *indented(
            [
                "failed = False",
                *(["refused = set()"] if table.one_text_per_address else []),
                *(["was_split = False"] if any(row.domain for row in table.rows) else []),
                *shape.opening(),
                *(f"related_{name} = Texts()" for name in related),
                *(["related = {" + ", ".join(f"{name!r}: related_{name}" for name in related) + "}"] if free else []),
                *(shape.assign(row.target, repr(row.value)) for row in table.rows if row.kind == "constant"),
                "try:",
                *(["    record = cleaned(record) or {}"] if table.cleaned else []),
                *(["    record = prepare(record, problems)"] if table.prepare else []),
                *indented([line for step in _steps(table) for line in _lines(step, statements)] or ["pass"]),
                "except WholeRecordFailure as failure:",
                "    problems.append(str(failure))",
                "    failed = True",
                *(f"related_{name} = whole([*related_{name}], problems)" for name in related if free),
                *(f"if related_{name}: {shape.assign(f'related.{name}', f'[*related_{name}]')}" for name in related),
                *shape.closing(),
                "return document, failed",
            ]
        ),
    ]


class _Step(NamedTuple):
    """Neighbouring rows whose sources lie in the same object of the record; `path` is that object's.

    `alone`: one row that runs whether its source is there or not.
    """

    number: int
    path: str
    rows: tuple[tuple[int, FieldRow], ...]
    alone: bool


def _steps(table: FieldTable) -> Iterator[_Step]:
    numbered = [(number, row) for number, row in enumerate(table.rows) if row.kind != "constant"]
    for alone, rows in groupby(numbered, key=lambda pair: pair[0] if _runs_always(pair[1]) else None):
        if alone is not None:
            yield _Step(alone, "", tuple(rows), alone=True)
            continue
        for path, together in groupby(rows, key=lambda pair: pair[1].source.rpartition(".")[0]):
            members = tuple(together)
            yield _Step(members[0][0], path, members, alone=False)


def _runs_always(row: FieldRow) -> bool:
    return not row.source or row.otherwise is not None


def _lines(step: _Step, statements: Statements) -> list[str]:
    of_rows = [line for number, row in step.rows for line in statements.of(number, row)]
    if step.alone:
        [(number, row)] = step.rows
        return [*_descent(row.source), f"value_{number} = part", *of_rows]
    names = "".join(f"value_{number}, " for number, _ in step.rows)
    body = [
        f"try: {names}_ = fetch_{step.number}(part)",
        f"except KeyError: {names}_ = fetch_{step.number}(nulls_{step.number} | part)",
        *of_rows,
    ]
    return [*_descent(step.path), "if type(part) is dict:", *indented(body)]


def _descent(path: str) -> list[str]:
    steps = [f"part = part.get({step!r}) if type(part) is dict else None" for step in path.split(".") if step]
    return ["part = record", *steps]


def _fetchers(table: FieldTable) -> dict[str, Any]:
    """For each step the function that takes all its values out of an object at once, and an object of nulls."""
    names: dict[str, Any] = {}
    for step in _steps(table):
        keys = [row.source.rpartition(".")[2] for _, row in step.rows]
        # One key would make itemgetter return the bare value; asking for it twice keeps the form.
        names[f"fetch_{step.number}"] = itemgetter(*keys, keys[-1])
        names[f"nulls_{step.number}"] = dict.fromkeys(keys)
    return names

"""A table -> the text of one Python function that maps a record, straight line by straight line.

No row is looked at when a record is mapped: for each row the function has the few statements that the row needs, and
nothing is cleaned up afterwards, because an empty value is never put in. The same text for the same table, so that it
can be read and compared (`source_of`).

The function takes (record, problems) and returns (document, failed): `problems` collects texts for `error.message`,
`failed` says that a whole-record failure ended the work early.
"""

from collections import Counter
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter
from typing import Any

from s1ecs.ecs import values
from s1ecs.ecs.shape import Shape
from s1ecs.ecs.table import Row, Table

MapRecord = Callable[[dict[str, Any], list[str]], tuple[dict[str, Any], bool]]

_CONVERTERS = {"date": "to_date", "long": "to_long", "boolean": "to_boolean", "ip": "to_ip", "os type": "to_os_type"}

_NAMESPACE: dict[str, Any] = {
    "to_date": values.date,
    "to_long": values.long,
    "to_boolean": values.boolean,
    "to_ip": values.ip,
    "to_os_type": values.os_type,
    "whole": values.whole,
    "append": values.append,
    "Bad": values.Bad,
    "WholeRecordFailure": values.WholeRecordFailure,
}


def compile_mapping(table: Table) -> MapRecord:
    """The mapping function of a table."""
    namespace = dict(_NAMESPACE)
    namespace.update({f"words_{number}": row.words for number, row in enumerate(table.rows) if row.words})
    namespace.update({f"one_of_{number}": row.one_of for number, row in enumerate(table.rows) if row.one_of})
    namespace.update(_fetchers(table))
    exec(compile(source_of(table), "<mapping>", "exec"), namespace)  # noqa: S102 - our own text, made from our own table
    function: MapRecord = namespace["map_record"]
    return function


def source_of(table: Table) -> str:
    """The text of the mapping function."""
    return "\n".join(_Writer(table).function()) + "\n"


class _Writer:
    """Writes the function of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._related = sorted({row.related for row in table.rows if row.related})
        self._setters = Counter(target for row in table.rows for target in row.targets)
        self._shape = Shape([*self._setters, *(f"related.{name}" for name in self._related)])

    def function(self) -> list[str]:
        constants = [row for row in self._table.rows if row.kind == "constant"]
        return [
            "def map_record(record, problems):",
            *_indented(
                [
                    "failed = False",
                    *self._shape.opening(),
                    *(f"related_{name} = []" for name in self._related),
                    *(self._shape.assign(row.target, repr(row.value)) for row in constants),
                    "try:",
                    *_indented(self._groups()),
                    "except WholeRecordFailure as failure:",
                    "    problems.append(str(failure))",
                    "    failed = True",
                    *(
                        f"if related_{name}: {self._shape.assign(f'related.{name}', f'related_{name}')}"
                        for name in self._related
                    ),
                    *self._shape.closing(),
                    "return document, failed",
                ]
            ),
        ]

    def _groups(self) -> list[str]:
        lines: list[str] = []
        for group, (path, rows) in enumerate(_groups(self._table)):
            lines.append("part = record")
            lines += [f"part = part.get({step!r}) if type(part) is dict else None" for step in path.split(".") if step]
            values = "".join(f"value_{number}, " for number, _ in rows)
            body = [
                f"try: {values}_ = fetch_{group}(part)",
                f"except KeyError: {values}_ = fetch_{group}(nulls_{group} | part)",
            ]
            for number, row in rows:
                body += self._row(number, row)
            lines += ["if type(part) is dict:", *_indented(body)]
        return lines or ["pass"]

    def _row(self, number: int, row: Row) -> list[str]:
        value = f"value_{number}"
        lines = []
        if row.only_if_unset and self._setters[row.target] > 1:
            lines.append(f"if {self._shape.holds(row.target)}: {value} = None")
        if row.kind == "keyword":
            return lines + self._keyword(number, row)
        if row.kind == "words":
            lines.append(f"{value} = words_{number}.get({value}.lower()) if type({value}) is str else None")
            return [*lines, f"if {value} is not None:", *_indented(self._set(row, value))]
        delivery = [*self._set(row, value), *self._append(row, value)]
        if row.as_list:
            delivery.insert(0, f"if type({value}) is not list: {value} = [{value}]")
        if row.kind != "date":
            delivery = [f"if {value} is not None:", *_indented(delivery)]
        return [
            *lines,
            f"if {value} is not None:",
            "    try:",
            f"        {value} = {_CONVERTERS[row.kind]}({value})",
            "    except Bad as bad:",
            "        problems.append(str(bad))",
            "    else:",
            *_indented(delivery, 2),
        ]

    def _keyword(self, number: int, row: Row) -> list[str]:
        value = f"value_{number}"
        of_text = [*self._set(row, value), *self._append_text(row, value)]
        if row.one_of:
            return [f"if type({value}) is str and {value} in one_of_{number}:", *_indented(of_text)]
        removal = (
            ["    else:", *_indented([self._shape.remove(copy) for copy in row.copies], 2)] if row.overwrites else []
        )
        return [
            f"if type({value}) is str:",
            f"    if {value}:",
            *_indented(of_text, 2),
            *removal,
            f"elif {value} is not None:",
            f"    {value} = whole({value}, problems)",
            f"    if {value} is not None:",
            *_indented([*self._set(row, value), *self._append(row, value)], 2),
        ]

    def _set(self, row: Row, value: str) -> list[str]:
        return [self._shape.assign(target, value) for target in row.targets]

    def _append_text(self, row: Row, value: str) -> list[str]:
        related = f"related_{row.related}"
        return [f"if {value} not in {related}: {related}.append({value})"] if row.related else []

    def _append(self, row: Row, value: str) -> list[str]:
        return [f"append(related_{row.related}, {value})"] if row.related else []


def _groups(table: Table) -> list[tuple[str, list[tuple[int, Row]]]]:
    """Neighbouring rows whose sources lie in the same object of the record, with the path of that object."""
    numbered = [(number, row) for number, row in enumerate(table.rows) if row.kind != "constant"]
    return [(path, list(rows)) for path, rows in groupby(numbered, key=lambda pair: pair[1].source.rpartition(".")[0])]


def _fetchers(table: Table) -> dict[str, Any]:
    """For each group the function that takes all its values out of an object at once, and an object of nulls."""
    names: dict[str, Any] = {}
    for group, (_, rows) in enumerate(_groups(table)):
        keys = [row.source.rpartition(".")[2] for _, row in rows]
        # One key would make itemgetter return the bare value; asking for it twice keeps the form.
        names[f"fetch_{group}"] = itemgetter(*keys, keys[-1])
        names[f"nulls_{group}"] = dict.fromkeys(keys)
    return names


def _indented(lines: list[str], depth: int = 1) -> list[str]:
    return [f"{'    ' * depth}{line}" for line in lines]

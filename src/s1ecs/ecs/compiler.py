"""A table -> the text of one Python function that maps a record, straight line by straight line.

No row is looked at when a record is mapped: for each row the function has the few statements that the row needs, and
nothing is cleaned up afterwards, because an empty value is never put in. The same text for the same table, so that it
can be read and compared (`source_of`).

The function takes (record, problems) and returns (document, failed): `problems` collects texts for `error.message`,
`failed` says that a whole-record failure ended the work early.
"""

from collections.abc import Callable
from itertools import groupby
from operator import itemgetter
from typing import Any

from s1ecs.ecs import values
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
    objects = _objects(table)
    lines = ["def map_record(record, problems):", "    failed = False"]
    lines += [f"    {_variable(path)} = {{}}" for path in objects]
    lines += [f"    related_{name} = []" for name in _related(table)]
    lines += [f"    {_place(row.target)} = {row.value!r}" for row in table.rows if row.kind == "constant"]
    lines += ["    try:", *_indented(_rows(table), 2)]
    lines += ["    except WholeRecordFailure as failure:", "        problems.append(str(failure))"]
    lines += ["        failed = True"]
    lines += [
        f"    if related_{name}: {_place(f'related.{name}')} = related_{name}" for name in sorted(_related(table))
    ]
    # Deepest first, so that an object is complete before it is put into the one around it.
    for path in sorted(objects, key=lambda path: -path.count(".")):
        if path:
            lines.append(f"    if {_variable(path)}: {_place(path)} = {_variable(path)}")
    lines.append("    return document, failed")
    return "\n".join(lines) + "\n"


def _groups(table: Table) -> list[tuple[str, list[tuple[int, Row]]]]:
    """Neighbouring rows whose sources lie in the same object of the record, with the path of that object."""
    numbered = [(number, row) for number, row in enumerate(table.rows) if row.kind != "constant"]
    return [(path, list(rows)) for path, rows in groupby(numbered, key=lambda pair: pair[1].source.rpartition(".")[0])]


def _fetchers(table: Table) -> dict[str, Any]:
    """For each group the function that takes all its values out of an object at once, and an object of nulls."""
    names: dict[str, Any] = {}
    for group, (_, rows) in enumerate(_groups(table)):
        keys = [_leaf(row.source) for _, row in rows]
        # One key would make itemgetter return the bare value; asking for it twice keeps the form.
        names[f"fetch_{group}"] = itemgetter(*keys, keys[-1])
        names[f"nulls_{group}"] = dict.fromkeys(keys)
    return names


def _rows(table: Table) -> list[str]:
    lines: list[str] = []
    for group, (path, rows) in enumerate(_groups(table)):
        lines.append("part = record")
        lines += [f"part = part.get({step!r}) if type(part) is dict else None" for step in path.split(".") if step]
        values = "".join(f"value_{number}, " for number, _ in rows)
        body = [
            f"try: {values}_ = fetch_{group}(part)",
            f"except KeyError: {values}_ = fetch_{group}(nulls_{group} | part)",
        ]
        for number, row in rows:
            body += _row(number, row)
        lines += ["if type(part) is dict:", *_indented(body, 1)]
    return lines or ["pass"]


def _row(number: int, row: Row) -> list[str]:
    value = f"value_{number}"
    lines = []
    if row.only_if_unset:
        lines.append(f"if {_leaf(row.target)!r} in {_container(row.target)}: {value} = None")
    if row.kind == "keyword":
        return lines + _keyword(number, row)
    delivery = _deliver(row, value)
    if row.kind == "words":
        lines.append(f"{value} = words_{number}.get({value}.lower()) if type({value}) is str else None")
        return [*lines, f"if {value} is not None:", *_indented(delivery, 1)]
    conversion = [f"{value} = {_CONVERTERS[row.kind]}({value})"]
    if row.as_list:
        conversion.append(f"if type({value}) is not list: {value} = [{value}]")
    if row.kind == "os type":
        delivery = [f"if {value} is not None:", *_indented(delivery, 1)]
    return [
        *lines,
        f"if {value} is not None:",
        "    try:",
        *_indented(conversion, 2),
        "    except Bad as bad:",
        "        problems.append(str(bad))",
        "    else:",
        *_indented(delivery, 2),
    ]


def _keyword(number: int, row: Row) -> list[str]:
    value = f"value_{number}"
    delivery = _deliver(row, value)
    if row.one_of:
        return [f"if type({value}) is str and {value} in one_of_{number}:", *_indented(delivery, 1)]
    lines = [f"if type({value}) is str:", f"    if {value}:", *_indented(delivery, 2)]
    if row.overwrites:
        lines.append("    else:")
        lines += [f"        {_container(copy)}.pop({_leaf(copy)!r}, None)" for copy in row.copies]
    lines += [f"elif {value} is not None:", f"    {value} = whole({value}, problems)", f"    if {value} is not None:"]
    return lines + _indented(delivery, 2)


def _deliver(row: Row, value: str) -> list[str]:
    lines = [f"{_place(target)} = {value}" for target in row.targets]
    if row.related:
        related = f"related_{row.related}"
        lines += [
            f"if type({value}) is str:",
            f"    if {value} not in {related}: {related}.append({value})",
            f"else: append({related}, {value})",
        ]
    return lines


def _objects(table: Table) -> list[str]:
    """Every object path that a target lies in, parents first; "" is the document."""
    paths = {"", "related"} if _related(table) else {""}
    for row in table.rows:
        for target in row.targets:
            steps = target.split(".")
            paths.update(".".join(steps[:depth]) for depth in range(len(steps)))
    return sorted(paths, key=lambda path: (path.count("."), path))


def _related(table: Table) -> list[str]:
    return list(dict.fromkeys(row.related for row in table.rows if row.related))


def _variable(path: str) -> str:
    return "at_" + path.replace(".", "__").replace("@", "") if path else "document"


def _container(path: str) -> str:
    return _variable(path.rpartition(".")[0])


def _leaf(path: str) -> str:
    return path.rpartition(".")[2]


def _place(path: str) -> str:
    return f"{_container(path)}[{_leaf(path)!r}]"


def _indented(lines: list[str], depth: int) -> list[str]:
    return [f"{'    ' * depth}{line}" for line in lines]

"""A table -> the text of one Python function that maps a record, straight line by straight line.

No row is looked at when a record is mapped: for each row the function has the few statements that the row needs, and
nothing is cleaned up afterwards, because an empty value is never put in. The same text for the same table, so that it
can be read and compared (`source_of`, `s1ecs fields STREAM --compiled`).

The function takes (record, problems) and returns (document, failed): `problems` collects texts for `error.message`,
`failed` says that the document is a `pipeline_error`.
"""

from collections.abc import Callable
from typing import Any

from s1ecs.ecs.codegen.layout import Shape, indented
from s1ecs.ecs.codegen.reading import Reading
from s1ecs.ecs.codegen.statements import Statements, fields_of, fields_read, is_free
from s1ecs.ecs.codegen.vocabulary import NAMES, names_of
from s1ecs.ecs.duplicates import Duplicates
from s1ecs.ecs.geoip import Locate
from s1ecs.ecs.table import FieldTable

MapRecord = Callable[[dict[str, Any], list[str]], tuple[dict[str, Any], bool]]

_RELATED = ("hash", "hosts", "ip", "user")


def compile_mapping(table: FieldTable, locate: Locate | None = None, *, keep_duplicates: bool = True) -> MapRecord:
    """The mapping function of a table; `locate` knows where addresses lie."""
    duplicates = _duplicates(table, keep_duplicates=keep_duplicates)
    namespace = {**NAMES, "locate": locate, "prepare": table.prepare, "prepare_usual": table.prepare_usual}
    for number, row in enumerate(table.rows):
        namespace.update(names_of(number, row, table, duplicates))
    Reading(table).fetchers(namespace)
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
    free = is_free(table)
    related = [name for name in _RELATED if free or any(row.related == name for row in table.rows)]
    targets = [target for row in table.rows for target in (*row.targets, *fields_of(row))]
    fields = [*filter(lambda field: not duplicates.removes(field), targets), *(f"related.{name}" for name in related)]
    shape = Shape(fields, [field for row in table.rows for field in fields_read(row)])
    reading = Reading(table)
    statements = Statements(table, shape, duplicates, reading.variables)
    constants = {row.target: repr(row.value) for row in table.rows if row.kind == "constant"}
    return [
        "def map_record(record, problems):",
        *indented(
            [
                "failed = False",
                *(["refused = ()"] if table.one_text_per_address else []),
                *(["was_split = False"] if any(row.domain for row in table.rows) else []),
                *(f"# constant: {field}" for field in constants),
                *shape.opening(constants),
                *(f"related_{name} = {'Texts()' if free else '{}'}" for name in related),
                *(["related = {" + ", ".join(f"{name!r}: related_{name}" for name in related) + "}"] if free else []),
                "try:",
                *indented(_preparation(table)),
                *indented(reading.lines(statements.of) or ["pass"]),
                "except WholeRecordFailure as failure:",
                "    problems.append(str(failure))",
                "    failed = True",
                *(
                    f"if related_{name}: related_{name} = whole([*related_{name}], problems)"
                    for name in related
                    if free
                ),
                *(f"if related_{name}: {shape.assign(f'related.{name}', f'[*related_{name}]')}" for name in related),
                *shape.closing(constants),
                *_conclusion(table, shape.object_of_event(constants)),
                "return document, failed",
            ]
        ),
    ]


def _conclusion(table: FieldTable, event: str | None) -> list[str]:
    """Statements that set what every document has; `event` is the variable of its object where that is never empty."""
    return [
        f"document['ecs'] = {{'version': {table.ecs_version!r}}}",
        "if problems:",
        "    document['error'] = {'message': problems}",
        *(["    failed = True"] if table.bad_value_fails else []),
        *([] if event else ["event = document.setdefault('event', {})"]),
        f"if failed: {event or 'event'}['kind'] = 'pipeline_error'",
    ]


def _preparation(table: FieldTable) -> list[str]:
    if not table.prepare:
        return []
    if not table.prepare_usual:
        return ["record = prepare(record, problems)"]
    return [
        "usual_record = prepare_usual(record)",
        "record = prepare(record, problems) if usual_record is None else usual_record",
    ]

"""The statements that one row needs in the generated function, by its kind.

Names they use: `value_<number>`, which holds the source's value or None; `problems`, `refused`, `related` and
`related_<name>` of the function; and what NAMES and `names_of` give.
"""

from collections import Counter
from collections.abc import Mapping
from string import Formatter
from types import MappingProxyType
from typing import Any

from s1ecs.ecs import converters, empty_values, geoip, related
from s1ecs.ecs.codegen.layout import Shape, indented
from s1ecs.ecs.duplicates import Duplicates, without
from s1ecs.ecs.table import FieldRow, FieldTable, Found

# The function of each kind that has nothing but a function.
_CONVERTERS: Mapping[str, str] = MappingProxyType(
    {
        "boolean": "to_boolean",
        "date": "to_date",
        "double": "to_double",
        "float": "to_float32",
        "geo": "to_ip",
        "ip": "to_ip",
        "joined": "to_joined",
        "long": "to_long",
        "lower case": "to_lower_case",
        "os type": "to_os_type",
        "text": "to_text",
    }
)

NAMES: Mapping[str, Any] = MappingProxyType(
    {
        "to_boolean": converters.boolean,
        "to_date": converters.date,
        "to_double": converters.double,
        "to_float32": converters.float32,
        "to_ip": converters.ip,
        "to_ip_list": converters.ip_list,
        "to_joined": converters.joined,
        "to_lenient_date": converters.lenient_date,
        "to_long": converters.long,
        "to_lower_case": converters.lower_case,
        "to_os_type": converters.os_type,
        "to_text": converters.text,
        "text_form": converters.text_form,
        "not_text": converters.not_text,
        "whole": empty_values.whole,
        "append": related.append,
        "append_raw": related.append_raw,
        "missing": related.missing,
        "Texts": related.Texts,
        "without": without,
        "first_known": geoip.first_known,
        "Bad": converters.Bad,
        "Found": Found,
        "WholeRecordFailure": converters.WholeRecordFailure,
    }
)


def names_of(number: int, row: FieldRow, table: FieldTable, duplicates: Duplicates) -> dict[str, Any]:
    """Collect the values of the row that its statements use, by name."""
    return {
        f"words_{number}": row.words,
        f"otherwise_{number}": row.otherwise,
        f"one_of_{number}": row.one_of,
        f"function_{number}": row.function,
        f"named_{number}": frozenset(
            other.source.rpartition(".")[2]
            for other in table.rows
            if row.source and other.source.rpartition(".")[0] == row.source
        )
        - row.keeps,
        f"duplicates_{number}": duplicates.inside(row.target),
    }


class Statements:
    """Writes the statements of a table's rows."""

    def __init__(self, table: FieldTable, shape: Shape, duplicates: Duplicates) -> None:
        self._shape = shape
        self._duplicates = duplicates
        self._setters = Counter(target for row in table.rows for target in (*row.targets, *filter(None, [row.domain])))
        self._empty_skipped = table.empty_skipped
        self._watched = (
            {row.source for row in table.rows if row.kind == "geo"} if table.one_text_per_address else frozenset[str]()
        )

    def of(self, number: int, row: FieldRow) -> list[str]:
        """All statements of one row."""
        value = f"value_{number}"
        by_kind = {
            "keyword": self._keyword,
            "words": self._words,
            "template": self._template,
            "rest": self._rest,
            "function": self._function,
        }
        lines = []
        if row.only_if_unset and self._setters[row.target] > 1:
            split = "was_split or " if row.domain else ""
            lines.append(f"if {split}{self._shape.holds(row.target)}: {value} = None")
        return lines + by_kind.get(row.kind, self._converted)(number, row, value)

    def _converted(self, _: int, row: FieldRow, value: str) -> list[str]:
        skipped = row.empty == "skipped" or (row.empty is None and row.kind in self._empty_skipped)
        watched = row.kind in {"geo", "ip"} and row.source in self._watched
        converter = "to_lenient_date" if row.lenient else "to_ip_list" if row.split else _CONVERTERS[row.kind]
        delivery = [*self._set(row, value), *self._append(row, value)]
        if row.as_list:
            delivery = [f"if type({value}) is not list: {value} = [{value}]", *delivery]
        if row.kind != "date":
            delivery = [f"if {value} is not None:", *indented(delivery)]
        if row.kind == "geo":
            delivery = [f"{value} = first_known(locate, {value}, problems)", *delivery]
        return [
            *([f"if {row.source!r} in refused: {value} = None"] if watched else []),
            f'if {value} is not None and {value} != "":' if skipped else f"if {value} is not None:",
            "    try:",
            f"        {value} = {converter}({value})",
            "    except Bad as bad:",
            "        problems.append(str(bad))",
            *([f"        refused.add({row.source!r})"] if watched and row.kind == "geo" else []),
            "    else:",
            *indented(delivery, 2),
        ]

    def _keyword(self, number: int, row: FieldRow, value: str) -> list[str]:
        of_text = [*self._set(row, value), *self._append_text(row, value)]
        if row.domain:
            of_text = [*self._split_domain(row, value), f"if {value}:", *indented(of_text)]
        if row.one_of:
            return [f"if type({value}) is str and {value} in one_of_{number}:", *indented(of_text)]
        removal = (
            ["    else:", *indented([self._shape.remove(copy) for copy in row.copies], 2)] if row.overwrites else []
        )
        raw = f"raw_{number}"
        append_raw = [f"append_raw(related_{row.related}, {raw}, {value})"] if row.related else []
        return [
            f"if type({value}) is str:",
            f"    if {value}:",
            *indented(of_text, 2),
            *removal,
            f"elif {value} is not None:",
            *([f"    {raw} = {value}"] if row.related else []),
            f"    {value} = whole({value}, problems)",
            *indented(self._deliver_whole(number, row, value)),
            *removal,
            *indented(append_raw),
        ]

    def _split_domain(self, row: FieldRow, value: str) -> list[str]:
        return [
            f"if '\\\\' in {value}:",
            f"    was_split, (domain, _, {value}) = True, {value}.partition('\\\\')",
            f"    if domain: {self._shape.assign(row.domain, 'domain')}",
        ]

    def _words(self, number: int, row: FieldRow, value: str) -> list[str]:
        of_no_text = {
            "absent": f"{value} = None",
            "bad": f"problems.append(not_text({value})); {value} = None",
            "fails": f"raise WholeRecordFailure(not_text({value}))",
        }
        own_copy = any(isinstance(word, list) for word in (*row.words.values(), row.otherwise))
        return [
            f"if type({value}) is str: {value} = words_{number}.get({value}.lower(), otherwise_{number})",
            f"elif {value} is not None: {of_no_text[row.not_text]}",
            *([f"else: {value} = otherwise_{number}"] if row.otherwise is not None else []),
            f"if {value} is not None:",
            *([f"    if type({value}) is list: {value} = [*{value}]"] if own_copy else []),
            *indented(self._set(row, value)),
        ]

    def _template(self, number: int, row: FieldRow, _: str) -> list[str]:
        parts = list(Formatter().parse(row.value))
        fields = [(f"part_{number}_{place}", field) for place, (_, field, _, _) in enumerate(parts) if field]
        texts = [
            piece
            for place, (literal, field, _, _) in enumerate(parts)
            for piece in (repr(literal), f"text_form(part_{number}_{place})" if field else "''")
        ]
        return [
            *(f"{name} = {self._shape.value_of(field)}" for name, field in fields),
            f"if {' and '.join(f'{name} is not None' for name, _ in fields)}:",
            *indented(self._set(row, " + ".join(texts))),
        ]

    def _rest(self, number: int, row: FieldRow, value: str) -> list[str]:
        return [
            f"if type({value}) is dict:",
            f"    {value} = whole({{k: v for k, v in {value}.items() if k not in named_{number}}}, problems)",
            *indented(self._deliver_whole(number, row, value)),
        ]

    def _function(self, number: int, row: FieldRow, value: str) -> list[str]:
        return [
            f"if {value} is not None:",
            "    found = Found({}, problems, related)",
            "    try:",
            f"        {value} = function_{number}({value}, found)",
            "    except Bad as bad:",
            "        problems.append(str(bad))",
            f"        {value} = None",
            "    finally:",
            "        fields = found.fields",
            "        if fields:",
            *indented([line for field in fields_of(row) for line in self._found(field)] or ["pass"], 3),
            f"    {value} = whole({value}, problems)",
            *indented(self._deliver_whole(number, row, value)),
        ]

    def _found(self, field: str) -> list[str]:
        if self._duplicates.removes(field):
            return []
        return [
            f"if {field!r} in fields:",
            f"    field = whole(fields[{field!r}], problems)",
            f"    if field is not None: {self._shape.assign(field, 'field')}",
        ]

    def _deliver_whole(self, number: int, row: FieldRow, value: str) -> list[str]:
        lines = [f"if {value} is not None:", *indented(self._set(row, value))]
        if self._duplicates.inside(row.target):
            lines.insert(0, f"{value} = without({value}, duplicates_{number})")
        return lines

    def _set(self, row: FieldRow, value: str) -> list[str]:
        lines = []
        for target in row.targets:
            if self._duplicates.removes(target):
                continue
            if row.as_list and self._setters[target] > 1:
                present = self._shape.value_of(target)
                lines.append(f"there = {present} or []")
                lines.append(self._shape.assign(target, f"there + missing(there, {value})"))
            else:
                lines.append(self._shape.assign(target, value))
        return lines or ["pass"]

    def _append_text(self, row: FieldRow, value: str) -> list[str]:
        related = f"related_{row.related}"
        return [f"if {value} not in {related}: {related}.append({value})"] if row.related else []

    def _append(self, row: FieldRow, value: str) -> list[str]:
        return [f"append(related_{row.related}, {value})"] if row.related else []


def fields_of(row: FieldRow) -> list[str]:
    """The fields beside its targets that a row may set: a domain, or those of a function's `Found.fields`."""
    if row.kind != "function":
        return [row.domain] if row.domain else []
    return [inner.name for inner in row.inner if not inner.name.startswith((".", "related."))]


def fields_read(row: FieldRow) -> list[str]:
    """The fields of the document that the row's statements look at."""
    if row.kind == "template":
        return [field for _, field, _, _ in Formatter().parse(row.value) if field]
    if row.overwrites:
        return [*row.copies]
    return [*row.targets] if row.only_if_unset or row.as_list else []

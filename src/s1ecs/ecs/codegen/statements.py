"""The statements that one row needs in the generated function, by its kind.

Names they use: the variable of the source's value, which holds None where it is absent and is never changed; `made`,
what becomes of it; `problems`, `refused`, `related` and `related_<name>` of the function; and what NAMES and `names_of`
give. What nearly every value is (a text, a number that fits) is told by a test on the spot; a function is called for
all others.
"""

from collections import Counter
from collections.abc import Mapping
from string import Formatter

from s1ecs.ecs.codegen.layout import Shape, indented
from s1ecs.ecs.codegen.vocabulary import CONVERTERS, UNCHANGED, text_about_empty
from s1ecs.ecs.duplicates import Duplicates
from s1ecs.ecs.table import FieldRow, FieldTable


class Statements:
    """Writes the statements of a table's rows; `variables` names the values by their sources."""

    def __init__(self, table: FieldTable, shape: Shape, duplicates: Duplicates, variables: Mapping[str, str]) -> None:
        self._shape = shape
        self._duplicates = duplicates
        self._variables = variables
        self._setters = Counter(target for row in table.rows for target in (*row.targets, *filter(None, [row.domain])))
        self._free = is_free(table)
        self._empty_skipped = table.empty_skipped
        self._cleaned = table.cleaned
        self._prepared_whole = table.prepare_usual is not None
        self._watched = (
            {row.source for row in table.rows if row.kind == "geo"} if table.one_text_per_address else frozenset[str]()
        )

    def of(self, number: int, row: FieldRow) -> list[str]:
        """All statements of one row, below a comment that says which row it is."""
        value = self._variables[row.source]
        by_kind = {
            "keyword": self._keyword,
            "words": self._words,
            "template": self._template,
            "rest": self._rest,
            "function": self._function,
        }
        lines = by_kind.get(row.kind, self._converted)(number, row, value)
        if row.only_if_unset and self._setters[row.target] > 1:
            split = "was_split or " if row.domain else ""
            lines = [f"if not ({split}{self._shape.holds(row.target)}):", *indented(lines)]
        return [f"# {_about(row)}", *lines]

    def _converted(self, _: int, row: FieldRow, value: str) -> list[str]:
        skipped = self._cleaned or row.empty == "skipped" or (row.empty is None and row.kind in self._empty_skipped)
        watched = row.kind in {"geo", "ip"} and row.source in self._watched
        converter = "to_lenient_date" if row.lenient else "to_ip_list" if row.split else CONVERTERS[row.kind]
        refused = [f"{row.source!r} not in refused"] if watched else []
        conditions = [f"{value} is not None", *([f'{value} != ""'] if skipped else []), *refused]
        refuse = [f"refused = (*refused, {row.source!r})"] if watched and row.kind == "geo" else []
        by_function = [
            "try:",
            f"    made = {converter}({value})",
            "except Bad as bad:",
            "    problems.append(str(bad))",
            *indented(refuse),
            "else:",
            *indented(self._deliver(row)),
        ]
        by_function = self._if_left(row, value, by_function)
        if not skipped and (text := text_about_empty(converter)):
            # So often that raising and catching an exception would show.
            told = [f"problems.append({text!r})", *refuse]
            by_function = [f'if {value} == "":', *indented(told), "else:", *indented(by_function)]
        if row.split or row.kind not in UNCHANGED:
            return [f"if {' and '.join(conditions)}:", *indented(by_function)]
        return [
            f"if {' and '.join([UNCHANGED[row.kind].format(value), *refused])}:",
            *indented(self._deliver_unchanged(row, value)),
            f"elif {' and '.join(conditions)}:",
            *indented(by_function),
        ]

    def _deliver_unchanged(self, row: FieldRow, value: str) -> list[str]:
        """The statements that set a value that stays as it is."""
        if row.kind != "geo":
            return [*self._set(row, f"[{value}]" if row.as_list else value), *self._append_text(row, value)]
        located = [f"made = first_known(locate, {value}, problems)", "if made is not None:"]
        return ["if locate is not None:", *indented([*located, *indented(self._set(row, "made"))])]

    def _deliver(self, row: FieldRow) -> list[str]:
        """The statements that set what a function made of a value."""
        delivery = [*self._set(row, "made"), *self._append(row, "made")]
        if row.as_list:
            delivery = ["if type(made) is not list: made = [made]", *delivery]
        if row.kind != "date":
            delivery = ["if made is not None:", *indented(delivery)]
        if row.kind == "geo":
            delivery = ["made = first_known(locate, made, problems)", *delivery]
        return delivery

    def _keyword(self, number: int, row: FieldRow, value: str) -> list[str]:
        text = "rest" if row.domain else value
        of_text = [*self._set(row, text), *self._append_text(row, text)]
        if row.domain:
            of_text = [*self._split_domain(row, value), f"if {text}:", *indented(of_text)]
        if row.one_of:
            return [f"if type({value}) is str and {value} in one_of_{number}:", *indented(of_text)]
        removal = ["else:", *indented([self._shape.remove(copy) for copy in row.copies])] if row.overwrites else []
        append_raw = [f"append_raw(related_{row.related}, {value}, made)"] if row.related else []
        made = f"whole({value}, problems)"
        if not row.source and self._prepared_whole:
            made = f"{made} if usual_record is None else usual_record or None"
        by_function = [
            f"made = {made}",
            *self._deliver_whole(number, row),
            *removal,
            *append_raw,
        ]
        return [
            f"if {value} and type({value}) is str:",
            *indented(of_text),
            # An empty text does nothing, unless it takes away what other rows set.
            f"elif {value} is not None:" if row.overwrites else f"elif {value} is not None and {value} != '':",
            *indented(self._if_left(row, value, by_function)),
        ]

    def _if_left(self, row: FieldRow, value: str, statements: list[str]) -> list[str]:
        """Statements that run with a value that is no plain text or number, where a table wants it without empties."""
        if not self._cleaned:
            return statements
        return [
            f"{value} = cleaned({value}, {_depth(row)})",
            f"if {value} is not None:",
            *indented(statements),
        ]

    def _split_domain(self, row: FieldRow, value: str) -> list[str]:
        return [
            f"rest = {value}",
            "if '\\\\' in rest:",
            "    was_split, (domain, _, rest) = True, rest.partition('\\\\')",
            f"    if domain: {self._shape.assign(row.domain, 'domain')}",
        ]

    def _words(self, number: int, row: FieldRow, value: str) -> list[str]:
        of_no_text = {
            "absent": "made = None",
            "bad": f"problems.append(not_text({value})); made = None",
            "fails": f"raise WholeRecordFailure(not_text({value}))",
        }
        own_copy = any(isinstance(word, list) for word in (*row.words.values(), row.otherwise))
        cleaning = [f"if type({value}) is not str: {value} = cleaned({value}, {_depth(row)})"]
        return [
            *(cleaning if self._cleaned else []),
            f"if type({value}) is str: made = words_{number}.get({value}.lower(), otherwise_{number})",
            f"elif {value} is not None: {of_no_text[row.not_text]}",
            f"else: made = otherwise_{number}",
            "if made is not None:",
            *(["    if type(made) is list: made = [*made]"] if own_copy else []),
            *indented(self._set(row, "made")),
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
            *([f"{value} = cleaned({value}, {_depth(row)})"] if self._cleaned else []),
            f"if type({value}) is dict:",
            f"    made = whole_rest({value}, named_{number}, problems)",
            *indented(self._deliver_whole(number, row)),
        ]

    def _function(self, number: int, row: FieldRow, value: str) -> list[str]:
        delivery = [
            "if made is not None:",
            "    if not found.is_whole: made = whole(made, problems)",
            *indented(self._deliver_whole(number, row)),
        ]
        of_fields = [line for field in fields_of(row) for line in self._found(field)] or ["pass"]
        return [
            *([f"{value} = cleaned({value}, {_depth(row)})"] if self._cleaned and not row.uncleaned else []),
            f"if {value} is not None:",
            "    found = Found({}, problems, related)",
            "    try:",
            f"        made = function_{number}({value}, found)",
            "    except Bad as bad:",
            "        problems.append(str(bad))",
            "        made = None",
            "    finally:",
            "        fields = found.fields",
            "        if fields:",
            *indented(of_fields, 3),
            *(indented(delivery) if row.targets else []),
        ]

    def _found(self, field: str) -> list[str]:
        if self._duplicates.removes(field):
            return []
        return [
            f"if {field!r} in fields:",
            f"    field = fields[{field!r}]",
            "    if type(field) is not str: field = whole(field, problems)",
            f"    if field is not None and field != '': {self._shape.assign(field, 'field')}",
        ]

    def _deliver_whole(self, number: int, row: FieldRow) -> list[str]:
        lines = ["if made is not None:", *indented(self._set(row, "made"))]
        if self._duplicates.inside(row.target):
            lines.insert(0, f"made = without(made, duplicates_{number})")
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
        if not row.related:
            return []
        return [
            f"if {value} not in {related}: {related}.append({value})" if self._free else f"{related}[{value}] = None"
        ]

    def _append(self, row: FieldRow, value: str) -> list[str]:
        return [f"append(related_{row.related}, {value})"] if row.related else []


def is_free(table: FieldTable) -> bool:
    """Tell whether functions may append to the related lists what they like, be it double; else only rows do."""
    return any(row.kind == "function" for row in table.rows)


def fields_of(row: FieldRow) -> list[str]:
    """The fields beside its targets that a row may set: a domain, or those of a function's `Found.fields`."""
    if row.kind != "function":
        return [row.domain] if row.domain else []
    # A field that may come from several places comes several times: each look at a bad value is a text of its own.
    return [inner.name for inner in row.inner if not inner.name.startswith((".", "related."))]


def fields_read(row: FieldRow) -> list[str]:
    """The fields of the document that the row's statements look at."""
    if row.kind == "template":
        return [field for _, field, _, _ in Formatter().parse(row.value) if field]
    if row.overwrites:
        return [*row.copies]
    return [*row.targets] if row.only_if_unset or row.as_list else []


def _depth(row: FieldRow) -> int:
    """The number of objects that a row's value lies in."""
    return row.source.count(".") + 1 if row.source else 0


def _about(row: FieldRow) -> str:
    """A row in one line: its kind, source and targets."""
    targets = ", ".join(row.targets or dict.fromkeys(fields_of(row)) or [f"related.{row.related}"])
    return f"{row.kind}: {row.source or 'the record'} -> {targets}"

"""The two layouts of documents, told apart row by row in the one table of a stream.

Layout 1 is that of Elastic's integration 1.42, layout 2 that of its versions 2.x. A row says where it differs in
layout 2, or that it exists in one layout alone; a table of one layout has the rows as they are there.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from s1ecs.ecs.lineage import remainder
from s1ecs.ecs.table import BOTH_LAYOUTS, FieldRow, FieldTable, Layout

LAYOUTS: tuple[Layout, ...] = tuple(sorted(BOTH_LAYOUTS))
ECS_OF_LAYOUT_2 = "9.3.0"
_FIRST_MAJOR_OF_LAYOUT_2 = 9


def in_layout_2(row: FieldRow, **changes: Any) -> FieldRow:
    """Mark a row that has other values in layout 2, such as `target="user.name"`."""
    return replace(row, in_layout_2=replace(row, **changes))


def only_in(layout: Layout, *rows: FieldRow) -> tuple[FieldRow, ...]:
    """Mark rows that only one layout has."""
    return tuple(replace(row, layouts=frozenset({layout})) for row in rows)


def with_setting(setting: str, row: FieldRow) -> FieldRow:
    """Mark a row that documents have only where a setting of the console is on."""
    return replace(row, setting=setting)


def table_of(declared: FieldTable, layout: Layout, options: Collection[str] = ()) -> FieldTable:
    """Make the table of one layout, with the rows of the settings in `options`."""
    rows = tuple(_in(row, layout) for row in declared.rows if _has(row, layout, options))
    if layout == 1:
        return replace(declared, rows=rows, identity_2=(), layout=layout)
    return replace(declared, rows=rows, ecs_version=ECS_OF_LAYOUT_2, layout=layout)


def layout_of_ecs(version: str) -> Layout:
    """The layout of a document by its `ecs.version`; not for streams that have one version in both."""
    major = version.partition(".")[0]
    return 2 if major.isdecimal() and int(major) >= _FIRST_MAJOR_OF_LAYOUT_2 else 1


def tells_layout(declared: FieldTable) -> bool:
    """Return True if the `ecs.version` of a stream's documents tells their layout."""
    return layout_of_ecs(declared.ecs_version) == 1


def moved(declared: FieldTable) -> dict[str, str]:
    """The fields that have another name in layout 2, with that name."""
    return {
        row.target: row.in_layout_2.target
        for row in declared.rows
        if row.in_layout_2 is not None and row.in_layout_2.target != row.target
    }


def names_in_both(declared: FieldTable, field: str) -> tuple[str, ...]:
    """A field by its name and by those that it, or what lies in it, has in the other layout."""
    return tuple(dict.fromkeys((field, *_other_names(moved(declared).items(), field))))


def _other_names(pairs: Collection[tuple[str, str]] | Sequence[tuple[str, str]], field: str) -> Iterator[str]:
    for first, second in pairs:
        for here, there in ((first, second), (second, first)):
            rest = remainder(here, field)
            if rest is not None:
                yield f"{there}.{rest}" if rest else there


def _has(row: FieldRow, layout: Layout, options: Collection[str]) -> bool:
    return layout in row.layouts and (not row.setting or row.setting in options)


def _in(row: FieldRow, layout: Layout) -> FieldRow:
    return row.in_layout_2 if layout != 1 and row.in_layout_2 is not None else row

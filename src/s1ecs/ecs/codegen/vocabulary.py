"""The names that generated code uses: of functions that every table needs, and of the values of single rows."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from s1ecs.ecs import converters, dates, empty_values, geoip, related
from s1ecs.ecs.duplicates import Duplicates, without
from s1ecs.ecs.table import FieldRow, FieldTable, Found

# The function of each kind that has nothing but a function.
CONVERTERS: Mapping[str, str] = MappingProxyType(
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

# The tests of values that stay as they are, for those kinds that have such; {0} is the value.
UNCHANGED: Mapping[str, str] = MappingProxyType(
    {
        "boolean": "({0} is True or {0} is False)",
        "double": "type({0}) is float",
        "geo": "type({0}) is str and is_address({0})",
        "ip": "type({0}) is str and is_address({0})",
        "long": f"type({{0}}) is int and {converters.SMALLEST_LONG} <= {{0}} <= {converters.LARGEST_LONG}",
        "text": "{0} and type({0}) is str",
    }
)

NAMES: Mapping[str, Any] = MappingProxyType(
    {
        "to_boolean": converters.boolean,
        "to_date": dates.date,
        "to_double": converters.double,
        "to_float32": converters.float32,
        "to_ip": converters.ip,
        "to_ip_list": converters.ip_list,
        "to_joined": converters.joined,
        "to_lenient_date": dates.lenient_date,
        "to_long": converters.long,
        "to_lower_case": converters.lower_case,
        "to_os_type": converters.os_type,
        "to_text": converters.text,
        "is_address": converters.is_address,
        "text_form": converters.text_form,
        "not_text": converters.not_text,
        "cleaned": empty_values.cleaned,
        "whole": empty_values.whole,
        "whole_rest": empty_values.whole_rest,
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


def text_about_empty(converter: str) -> str:
    """The text for `error.message` about an empty text; "" where it is no bad value."""
    try:
        NAMES[converter]("")
    except converters.Bad as bad:
        return str(bad)
    except converters.WholeRecordFailure:
        pass
    return ""

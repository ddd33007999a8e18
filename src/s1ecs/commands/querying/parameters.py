"""Parameters of a statement: `-p NAME=VALUE` is bound as `:NAME`, so that no value is ever taken for SQL."""

import re
from collections.abc import Iterable, Mapping, Sequence

from s1ecs.commands.querying.sql_words import has_positions, parameters_of
from s1ecs.errors import UsageError
from s1ecs.settings.raw_values import nearest

Value = str | int | float

# Ids of the console have more digits, and are texts in every document.
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")


def given_values(options: Iterable[str]) -> Mapping[str, Value]:
    """Read `NAME=VALUE` of every -p; raise UsageError for another form, or a name that is given twice."""
    values: dict[str, Value] = {}
    for option in options:
        name, equals, text = option.partition("=")
        plain = name.strip().removeprefix(":")
        if not equals or not plain:
            raise UsageError(f"-p: {option!r} is not NAME=VALUE, such as -p host=ws-042")
        if plain in values:
            raise UsageError(f"-p: {plain} is given twice; keep one of them")
        values[plain] = value_of(text)
    return values


def value_of(text: str) -> Value:
    """Return a number of up to 15 digits as a number, so that it compares as one, and everything else as text."""
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def bound(sql: str, given: Mapping[str, Value], defaults: Mapping[str, Value] | None = None) -> dict[str, Value]:
    """Return the value of each parameter of a statement; raise UsageError if one is missing or unknown.

    `defaults` are those of a saved query.
    """
    wanted = parameters_of(sql)
    if has_positions(sql):
        raise UsageError("query: parameters need a name: write :NAME in place of ?, and pass -p NAME=VALUE")
    if unknown := [name for name in given if name not in wanted]:
        raise UsageError(f"-p: {_unknown(unknown[0], wanted)}")
    values = {**{name: value for name, value in (defaults or {}).items() if name in wanted}, **given}
    if missing := [name for name in wanted if name not in values]:
        pairs = " ".join(f"-p {name}=VALUE" for name in missing)
        raise UsageError(f"query: no value for {_named(missing)}; add {pairs}")
    return values


def _unknown(name: str, wanted: Sequence[str]) -> str:
    if not wanted:
        return f"the statement has no parameter :{name}; it has none at all"
    guess = nearest(name, wanted)
    meant = f"; did you mean {guess}?" if guess else ";"
    return f"the statement has no parameter :{name}{meant} it has {_named(wanted)}"


def _named(names: Iterable[str]) -> str:
    return ", ".join(f":{name}" for name in names)

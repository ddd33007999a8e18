"""Arguments and variables: each value is checked against its declared type before anything is looked up."""

from collections.abc import Mapping
from typing import Any

from s1ecs.standin.graphql.errors import BadQuery
from s1ecs.standin.graphql.schema import GREATEST, SCALARS, Schema
from s1ecs.standin.graphql.syntax import Field, Operation, Use, Word


def variables(schema: Schema, operation: Operation, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the operation's variables that have a value, checked; raises BadQuery."""
    values = {}
    for each in operation.variables:
        bare = each.type.strip("[]!")
        if bare not in SCALARS and bare not in schema.inputs and bare not in schema.enums:
            raise BadQuery(f'Unknown type "{bare}".')
        if each.name in given:
            values[each.name] = _checked(schema, each.type, given[each.name], f"${each.name}", written=False)
        elif each.default is not None:
            values[each.name] = _checked(schema, each.type, each.default, f"${each.name}", written=True)
        elif each.type.endswith("!"):
            raise BadQuery(f'Variable "${each.name}" of required type "{each.type}" was not provided.')
    return values


def arguments(
    schema: Schema, parent: str, field: Field, operation: Operation, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the field's arguments that have a value, variables put in; raises BadQuery."""
    known = schema.arguments.get((parent, field.name), {})
    declared = {each.name: each.type for each in operation.variables}
    found = {}
    for name, value in field.arguments.items():
        if name not in known:
            raise BadQuery(f'Unknown argument "{name}" on field "{parent}.{field.name}".')
        if not isinstance(value, Use):
            found[name] = _checked(schema, known[name], value, name, written=True)
            continue
        if value.variable not in declared:
            raise BadQuery(f'Variable "${value.variable}" is not defined.')
        if not _fits(declared[value.variable], known[name]):
            raise BadQuery(
                f'Variable "${value.variable}" of type "{declared[value.variable]}" used in position expecting type '
                f'"{known[name]}".'
            )
        if value.variable in values:
            found[name] = values[value.variable]
    return found


def _fits(declared: str, wanted: str) -> bool:
    """Whether a variable of that type may stand there: a value that is never null may stand for one that can be."""
    if wanted.endswith("!"):
        return declared.endswith("!") and _fits(declared[:-1], wanted[:-1])
    declared = declared.removesuffix("!")
    if wanted.startswith("["):
        return declared.startswith("[") and _fits(declared[1:-1], wanted[1:-1])
    return declared == wanted


def _checked(schema: Schema, kind: str, value: Any, where: str, *, written: bool) -> Any:
    """Return the value as that type has it; `written`: it stands in the query's text, not among the variables."""
    if isinstance(value, Use):
        raise BadQuery(f'Variable "${value.variable}" inside of a value is not supported.')
    if kind.endswith("!"):
        if value is None:
            raise BadQuery(f'{where}: Expected value of non-null type "{kind}" not to be null.')
        kind = kind[:-1]
    if value is None:
        return None
    if kind.startswith("["):
        # GraphQL takes one value for a list of one.
        values = value if isinstance(value, list) else [value]
        return [
            _checked(schema, kind[1:-1], each, f"{where}[{index}]", written=written)
            for index, each in enumerate(values)
        ]
    if kind in schema.inputs:
        return _object(schema, kind, value, where, written=written)
    if kind in schema.enums:
        if value not in schema.enums[kind] or isinstance(value, Word) != written:
            raise BadQuery(f'{where}: Value {value!r} does not exist in "{kind}" enum.')
        return str(value)
    return _scalar(kind, value, where)


def _object(schema: Schema, kind: str, value: Any, where: str, *, written: bool) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadQuery(f'{where}: Expected type "{kind}" to be an object.')
    known = schema.inputs[kind]
    for key in value:
        if key not in known:
            raise BadQuery(f'{where}: Field "{key}" is not defined by type "{kind}".')
    for key, inner in known.items():
        if inner.endswith("!") and key not in value:
            raise BadQuery(f'{where}: Field "{key}" of required type "{inner}" was not provided.')
    return {key: _checked(schema, known[key], inner, f"{where}.{key}", written=written) for key, inner in value.items()}


def _scalar(kind: str, value: Any, where: str) -> Any:
    is_of_kind = isinstance(value, SCALARS[kind]) and not isinstance(value, Word)
    if kind in GREATEST:
        greatest = GREATEST[kind]
        is_of_kind = is_of_kind and not isinstance(value, bool) and -greatest - 1 <= value <= greatest
    if not is_of_kind:
        raise BadQuery(f"{where}: {kind} cannot represent value: {value!r}")
    return value

"""Answering a query: the whole of it is checked against the schema first, then only what was asked for is taken."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from s1ecs.standin.graphql.errors import BadQuery
from s1ecs.standin.graphql.inputs import arguments, variables
from s1ecs.standin.graphql.schema import Schema
from s1ecs.standin.graphql.syntax import KINDS, Field, Fragment, Operation, Selection, parse

_TYPE_NAME = "__typename"

# Takes the checked arguments, returns an object, a list of them, or None.
Resolver = Callable[[Mapping[str, Any]], Any]
# Takes from a value what was asked of it.
_Taker = Callable[[Any], Any]


def answer(
    schema: Schema,
    resolvers: Mapping[str, Resolver],
    query: str,
    given: Mapping[str, Any],
    operation_name: str | None = None,
) -> dict[str, Any]:
    """Return what goes under `data`; `resolvers` are those of the root's fields, `given` the variables.

    A value of a union says its type under `__typename`. Raises BadQuery, and what a resolver raises.
    """
    operation = _chosen(parse(query), operation_name)
    root = KINDS[operation.kind]
    if root not in schema.objects:
        raise BadQuery(f"Schema is not configured for {operation.kind}s.")
    values = variables(schema, operation, given)
    work: list[tuple[str, str, _Taker, dict[str, Any]]] = []
    for key, fields in _merged(schema, root, operation.selections).items():
        first = fields[0]
        if first.name == _TYPE_NAME:
            raise BadQuery(f'"{_TYPE_NAME}" is not answered on type "{root}".')
        take = _taker_of_field(schema, root, fields)
        work.append((key, first.name, take, arguments(schema, root, first, operation, values)))
    return {key: take(resolvers[name](asked)) for key, name, take, asked in work}


def _chosen(operations: tuple[Operation, ...], name: str | None) -> Operation:
    if name:
        found = [operation for operation in operations if operation.name == name]
        if not found:
            raise BadQuery(f'Unknown operation named "{name}".')
        return found[0]
    if len(operations) > 1:
        raise BadQuery("Must provide operation name if query contains multiple operations.")
    return operations[0]


def _taker(schema: Schema, kind: str, selections: tuple[Selection, ...]) -> _Taker:
    """Check the selections against the type of that name, and return what takes them from a value of it."""
    if kind not in schema.unions:
        return _of_object(schema, kind, selections)
    for each in selections:
        if isinstance(each, Field) and each.name != _TYPE_NAME:
            raise BadQuery(f'Cannot query field "{each.name}" on type "{kind}".')
    takers = {member: _of_object(schema, member, selections, within=kind) for member in schema.unions[kind]}
    return lambda value: takers[value[_TYPE_NAME]](value)


def _of_object(schema: Schema, kind: str, selections: tuple[Selection, ...], within: str | None = None) -> _Taker:
    parts: list[tuple[str, str, _Taker | None]] = []
    for key, fields in _merged(schema, kind, selections, within).items():
        name = fields[0].name
        if name == _TYPE_NAME:
            parts.append((key, "", lambda _: kind))
            continue
        if fields[0].arguments:
            raise BadQuery(f'Unknown argument "{next(iter(fields[0].arguments))}" on field "{kind}.{name}".')
        is_leaf = not schema.objects[kind][name]
        take = _taker_of_field(schema, kind, fields)
        parts.append((key, name, None if is_leaf else take))

    def take_parts(value: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: value.get(name) if take is None else take(value.get(name)) if name else take(value)
            for key, name, take in parts
        }

    return take_parts


def _taker_of_field(schema: Schema, parent: str, fields: list[Field]) -> _Taker:
    name = fields[0].name
    kind = schema.objects[parent][name]
    selections = tuple(selection for field in fields for selection in field.selections)
    if not kind:
        if selections:
            raise BadQuery(f'Field "{name}" must not have a selection since it is a leaf.')
        return lambda value: value
    if not selections:
        raise BadQuery(f'Field "{name}" of type "{kind}" must have a selection of subfields.')
    take = _taker(schema, kind, selections)

    def take_all(value: Any) -> Any:
        if value is None:
            return None
        return [take_all(each) for each in value] if isinstance(value, list) else take(value)

    return take_all


def _merged(
    schema: Schema, kind: str, selections: tuple[Selection, ...], within: str | None = None
) -> dict[str, list[Field]]:
    """Return the fields that are asked of an object of that type, by key: the same may be asked in several places."""
    merged: dict[str, list[Field]] = {}
    for field in _flat(schema, kind, selections, within):
        if field.name != _TYPE_NAME and field.name not in schema.objects[kind]:
            raise BadQuery(f'Cannot query field "{field.name}" on type "{kind}".')
        others = merged.setdefault(field.key, [])
        if others and (others[0].name, others[0].arguments) != (field.name, field.arguments):
            raise BadQuery(f'Fields "{field.key}" conflict because they ask for different things.')
        others.append(field)
    return merged


def _flat(schema: Schema, kind: str, selections: Iterable[Selection], within: str | None) -> Iterator[Field]:
    for each in selections:
        if isinstance(each, Field):
            yield each
        elif _applies(schema, kind, each, within):
            yield from _flat(schema, kind, each.selections, within)


def _applies(schema: Schema, kind: str, fragment: Fragment, within: str | None) -> bool:
    if fragment.type in {None, kind, within}:
        return True
    if fragment.type not in schema.objects and fragment.type not in schema.unions:
        raise BadQuery(f'Unknown type "{fragment.type}".')
    if within is None or fragment.type not in schema.unions[within]:
        raise BadQuery(f'Fragment cannot be spread here as objects of type "{kind}" can never be "{fragment.type}".')
    return False

"""The schema of unified alerts, and answers to queries by it."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLSyntaxError,
    execute_sync,
    extend_schema,
    parse,
    validate,
)

from s1ecs.standin.record_executor import RecordExecutor

_GREATEST_LONG = 2**63 - 1
# More than twice the longest query of a collector. The library itself limits the depth, and the work on bad queries.
_LONGEST_QUERY = 8_000

# Takes the library's resolve info and the arguments by name, returns an object of the schema.
Resolver = Callable[..., Mapping[str, Any]]


def _long(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not -_GREATEST_LONG - 1 <= value <= _GREATEST_LONG:
        raise GraphQLError(f"Long cannot represent value: {value!r}")
    return value


LONG = GraphQLScalarType(
    "Long", coerce_input_value=_long, description="A whole number of 64 bits: milliseconds since 1970."
)
SCHEMA = extend_schema(
    GraphQLSchema(types=[LONG]), parse((files("s1ecs.standin") / "unified_alerts.graphql").read_text("utf-8"))
)


@lru_cache(maxsize=100)
def parsed(query: str) -> DocumentNode:
    """Return the parsed query; raise GraphQLSyntaxError."""
    return parse(query, max_source_length=_LONGEST_QUERY)


@lru_cache(maxsize=100)
def _mistakes(query: str) -> list[GraphQLError]:
    return validate(SCHEMA, parsed(query))


def answer(
    resolvers: Mapping[str, Resolver], query: str, variables: dict[str, Any], operation_name: str | None
) -> dict[str, Any]:
    """Return the answer to a query; `resolvers` are those of the root's fields.

    Mistakes in the query and every GraphQLError of a resolver go into the answer; another error of it is raised.
    """
    try:
        mistakes = _mistakes(query)
    except GraphQLSyntaxError as error:
        mistakes = [error]
    if mistakes:
        return _failed(mistakes)
    result = execute_sync(
        SCHEMA,
        parsed(query),
        resolvers,
        variable_values=variables,
        operation_name=operation_name,
        executor_class=RecordExecutor,
    )
    for each in result.errors or ():
        if not isinstance(each.original_error, GraphQLError | None):
            raise each.original_error
    return _failed(result.errors) if result.errors else {"data": result.data}


def _failed(errors: list[GraphQLError]) -> dict[str, Any]:
    return {"data": None, "errors": [each.formatted for each in errors]}

"""The console's own totals: how many records a list has, without reading them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from s1ecs.errors import Refused
from s1ecs.records import read
from s1ecs.sentinelone.graphql import GraphQLReader, Query
from s1ecs.sentinelone.pagination import Reader


async def list_total(client: Reader, path: str, params: Mapping[str, str]) -> int | None:
    """Count the records of the list at `path` under the filters `params`; None if the console does not count them.

    From `countOnly=true`, `pagination.totalItems`. Raises ConsoleError types.
    """
    try:
        answer = await client.get(path, {**params, "countOnly": "true"})
    except Refused as error:
        if error.problem.status == HTTPStatus.OK:
            # It did not refuse to count; it failed.
            raise
        return None
    content, _ = read(answer.body)
    return _number(content.get("pagination"), "totalItems")


async def connection_total(client: GraphQLReader, query: Query, variables: Mapping[str, Any]) -> int | None:
    """The same of a GraphQL connection: its `totalCount`, asked with one record."""
    answer = await client.graphql(query.path, query.query, {**variables, "first": 1})
    return _number(answer.data.get(query.root) if isinstance(answer.data, dict) else None, "totalCount")


def _number(found: Any, key: str) -> int | None:
    number = found.get(key) if isinstance(found, dict) else None
    return number if type(number) is int and number >= 0 else None

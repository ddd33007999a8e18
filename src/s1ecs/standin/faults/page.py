"""A good answer of a list, the same for REST and for GraphQL: its records, and the cursor behind them."""

from collections.abc import Sequence
from typing import Any

import orjson

from s1ecs.standin.json_object import JsonObject


class FaultPage:
    """The answer, to be changed and written again."""

    def __init__(self, answer: dict[str, Any], connection: dict[str, Any] | None) -> None:
        self._answer = answer
        self._connection = connection

    @property
    def records(self) -> list[JsonObject]:
        """The records; of GraphQL the edges, which hold them."""
        found: list[JsonObject] = self._answer["data"] if self._connection is None else self._connection["edges"]
        return found

    @property
    def next_cursor(self) -> str | None:
        """The cursor of the next page, if there is one."""
        if self._connection is None:
            cursor: str | None = self._answer["pagination"]["nextCursor"]
            return cursor
        info = self._connection["pageInfo"]
        return info["endCursor"] if info["hasNextPage"] else None

    def put(self, records: Sequence[JsonObject], cursor: str | None) -> None:
        """Put other records and another next cursor into the answer."""
        if self._connection is None:
            self._answer["data"] = list(records)
            self._answer["pagination"]["nextCursor"] = cursor
            return
        self._connection["edges"] = list(records)
        self._connection["pageInfo"] |= {"hasNextPage": cursor is not None, "endCursor": cursor}

    def bytes(self) -> bytes:
        """Write the answer."""
        return orjson.dumps(self._answer)


def read(body: bytes) -> FaultPage | None:
    """Return the page that the body of an answer is, None where it is no page of a list."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    match answer:
        case {"data": list(), "pagination": {"nextCursor": _}}:
            return FaultPage(answer, None)
        case {"data": {"alerts": {"edges": list(), "pageInfo": {"hasNextPage": _, "endCursor": _}} as connection}}:
            return FaultPage(answer, connection)
    return None

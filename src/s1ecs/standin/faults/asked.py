"""Request as a fault sees it, the same for lists (query parameters) and GraphQL (variables)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from starlette.types import Scope

PREFIX = "/web/api/v2.1"
_GRAPHQL = "/unifiedalerts/graphql"
_DEFAULT_LIMIT = 10


@dataclass(frozen=True)
class FaultRequest:
    """A request to the API: its path below the prefix, its token, and what a list is asked for."""

    path: str
    token: str
    query: Mapping[str, str]
    body: bytes

    @property
    def is_graphql(self) -> bool:
        """True if the list's parameters are variables of a GraphQL query."""
        return self.path == _GRAPHQL

    @property
    def cursor(self) -> str | None:
        """The cursor that the request goes on from."""
        found = _variables(self.body).get("after") if self.is_graphql else self.query.get("cursor")
        return found if isinstance(found, str) else None

    @property
    def limit(self) -> int:
        """Number of requested records."""
        found = _variables(self.body).get("first") if self.is_graphql else self.query.get("limit")
        text = str(found)
        return int(text) if text.isdecimal() else _DEFAULT_LIMIT

    def going_on_from(self, cursor: str | None) -> "FaultRequest":
        """Return the same request with another cursor, or with none."""
        if not self.is_graphql:
            others = {name: value for name, value in self.query.items() if name != "cursor"}
            return replace(self, query=others if cursor is None else {**others, "cursor": cursor})
        body = orjson.loads(self.body)
        return replace(self, body=orjson.dumps({**body, "variables": {**_variables(self.body), "after": cursor}}))

    def scope(self, scope: Scope) -> Scope:
        """Return the scope for asking the console within, for an answer that is not compressed."""
        length = str(len(self.body)).encode()
        headers = [
            (name, length if name == b"content-length" else value)
            for name, value in scope["headers"]
            if name != b"accept-encoding"
        ]
        return {**scope, "headers": headers, "query_string": urlencode(self.query).encode()}


def read(scope: Scope, body: bytes) -> FaultRequest:
    """Return what is asked."""
    headers = dict(scope["headers"])
    _, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    return FaultRequest(scope["path"].removeprefix(PREFIX), token, query, body)


def _variables(body: bytes) -> Mapping[str, Any]:
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    found = asked.get("variables") if isinstance(asked, dict) else None
    return found if isinstance(found, dict) else {}

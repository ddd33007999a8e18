"""The list of unified alerts: what its arguments mean, and the answer to a query in GraphQL."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import orjson
from graphql import GraphQLError

from s1ecs.standin import pages
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.organisation import Organisation
from s1ecs.standin.pages import PageRequest
from s1ecs.standin.record_list import RecordList
from s1ecs.standin.refusal import Refusal, bad_request
from s1ecs.standin.shelf import Condition
from s1ecs.standin.unified_alert_schema import Resolver, answer
from s1ecs.standin.unified_alerts import unified_alerts

# The times that a filter may bound and a list may be sorted by.
TIMES = ("createdAt", "detectedAt", "lastSeenAt", "updatedAt")
_DEFAULT_FIRST, _LARGEST_FIRST = 10, 1000

_FIELDS = FieldPaths(identity="id", ids={}, filters={}, sorts={name: name for name in ("id", *TIMES)})


class UnifiedAlertList(RecordList):
    """The unified alerts of the organisation."""

    def __init__(self, organisation: Organisation) -> None:
        super().__init__(_FIELDS, lambda: unified_alerts(organisation))

    def graphql(self, body: bytes, mutations: Mapping[str, Resolver]) -> bytes:
        """Return the answer to the query or mutation in that request body; raise Refusal if there is none in it.

        A query that is wrong gets status 200 all the same, as with GraphQL servers.
        """
        try:
            asked = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise bad_request("body: not JSON") from None
        match asked:
            case {"query": str(query)}:
                variables, name = asked.get("variables"), asked.get("operationName") or None
            case _:
                raise bad_request("query: missing")
        if not isinstance(variables, dict | None):
            raise bad_request("variables: not an object")
        return orjson.dumps(answer({"alerts": self._alerts, **mutations}, query, variables or {}, name))

    def _alerts(self, _info: object, **arguments: Any) -> Mapping[str, Any]:
        """Return the connection that those arguments of `alerts`, already checked by type, ask for."""
        first = arguments.get("first")
        first = _DEFAULT_FIRST if first is None else first
        if not 1 <= first <= _LARGEST_FIRST:
            raise GraphQLError(f"first: must be between 1 and {_LARGEST_FIRST}")
        page = _page(arguments)
        shelf = self.shelf()
        after = _after(page, arguments.get("after"))
        places = list(islice(pages.fitting(shelf, page, after), first + 1))
        edges = [
            {"cursor": pages.cursor_behind(page, place), "node": orjson.loads(shelf.body(place.number))}
            for place in places[:first]
        ]
        return {
            "totalCount": pages.count(shelf, page),
            "pageInfo": {
                "hasNextPage": len(places) > first,
                "hasPreviousPage": after is not None,
                "startCursor": edges[0]["cursor"] if edges else None,
                "endCursor": edges[-1]["cursor"] if edges else None,
            },
            "edges": edges,
        }


def _page(arguments: Mapping[str, Any]) -> PageRequest:
    filters = arguments.get("filters") or []
    sort = arguments.get("sort") or {"by": "id"}
    if sort["by"] not in _FIELDS.sorts:
        raise GraphQLError(f"sort.by: can't sort by {sort['by']!r}")
    conditions = [condition(each) for each in filters]
    return PageRequest(sort["by"], conditions, {"filters": filters, "sortOrder": (sort.get("order") or "ASC").lower()})


def condition(asked: Mapping[str, Any]) -> Condition:
    """Return the condition of one filter: a time in a range, or an id; raises GraphQLError."""
    field, span = asked["fieldId"], asked.get("dateTimeRange")
    if field == "id":
        return Condition((field,), frozenset(_strings(asked)).__contains__)
    if field not in TIMES:
        raise GraphQLError(f"filters: can't filter by {field!r}")
    if span is None:
        raise GraphQLError(f"filters: no dateTimeRange for {field!r}")
    return Condition((field,), _within(span))


def _strings(asked: Mapping[str, Any]) -> list[str | None]:
    equal, among = asked.get("stringEqual"), asked.get("stringIn")
    if (equal is None) == (among is None):
        raise GraphQLError(f"filters: stringEqual or stringIn is needed for {asked['fieldId']!r}")
    return [equal.get("value")] if equal is not None else (among or {}).get("values") or []


def _within(span: Mapping[str, Any]) -> Callable[[str], bool]:
    """Return the test whether a time, as text, lies in the range; its ends belong to it unless it says otherwise."""
    start, end = span.get("start"), span.get("end")
    least = None if start is None else start + (span.get("startInclusive") is False)
    greatest = None if end is None else end - (span.get("endInclusive") is False)

    def test(text: str) -> bool:
        time = _milliseconds(text)
        return (least is None or time >= least) and (greatest is None or time <= greatest)

    return test


def _milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000)


def _after(page: PageRequest, cursor: str | None) -> tuple[str, str] | None:
    if cursor is None:
        return None
    try:
        return pages.read_cursor(page, cursor)
    except Refusal:
        raise GraphQLError("after: not given by this list with these filters and this order") from None

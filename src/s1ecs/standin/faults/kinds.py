"""The kinds of fault and their parameters, as a table. What each does stands in `refusals`, `rewrites` and `wire`."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

# Where a kind strikes: `before` the console answers (the answer is made up), on the `page` of a good answer, on the
# `wire` while an answer is sent, on the `date` header, or on the `console` itself.
Place = Literal["before", "page", "wire", "date", "console"]
# What a request must have for the kind to be able to strike it.
Needs = Literal["nothing", "cursor", "limit"]


class Parameter(NamedTuple):
    """A parameter: its default, and the types and values that it may have (none: any of the type)."""

    default: Any
    types: tuple[type, ...]
    values: tuple[Any, ...] = ()
    least: float | None = None


class Kind(NamedTuple):
    """A kind of fault; `meaning` is for documentation."""

    place: Place
    meaning: str
    parameters: Mapping[str, Parameter] = {}
    needs: Needs = "nothing"


_SEED = Parameter(1, (int,))
_NUMBER = (int, float)
_NONE = type(None)

KINDS: Mapping[str, Kind] = {
    "too_many_requests": Kind(
        "before", "429; with Retry-After if `retry_after` (seconds) is given",
        {"retry_after": Parameter(None, (int, _NONE), least=0)},
    ),
    "server_error": Kind(
        "before", "500, 502, 503 or 504; all but 500 with a gateway's HTML",
        {"status": Parameter(503, (int,), (500, 502, 503, 504))},
    ),
    "html": Kind("before", "status 200 with a login page in place of JSON"),
    "errors": Kind("before", "status 200 with `errors`, and `data` null"),
    "not_authenticated": Kind(
        "before", "401 to the token that was struck, until another is sent or, if given, `answers` were refused",
        {"answers": Parameter(None, (int, _NONE), least=1)},
    ),
    "forbidden": Kind("before", "403"),
    "cursor_expired": Kind("before", "400 (GraphQL: `errors`) to a request with a cursor", needs="cursor"),
    "reset": Kind("before", "the connection is reset (RST) in place of an answer"),
    "silence": Kind(
        "before", "no answer until the client goes, or the connection is closed after `seconds`",
        {"seconds": Parameter(None, (*_NUMBER, _NONE), least=0)},
    ),
    "cut": Kind(
        "wire", "the connection is closed after `share` of the answer, announced by its length or chunked",
        {"announced": Parameter("length", (str,), ("length", "chunked")), "share": Parameter(0.5, _NUMBER, least=0)},
    ),
    "too_large": Kind(
        "wire", "an answer is cut where the request's limit is above `limit` (and the page has the record `id`)",
        {"limit": Parameter(100, (int,), least=0), "id": Parameter(None, (str, _NONE))}, needs="limit",
    ),
    "slow": Kind(
        "wire", "the answer comes in pieces of `bytes`, with a pause of `seconds` between",
        {"bytes": Parameter(4096, (int,), least=1), "seconds": Parameter(0.1, _NUMBER, least=0)},
    ),
    "same_cursor": Kind("page", "the next cursor is the one that was asked with", needs="cursor"),
    "empty_page": Kind("page", "no records, and a next cursor that leads to those left out"),
    "shifted": Kind(
        "page", "the page in another order, its last `repeated` records again on the next page",
        {"repeated": Parameter(2, (int,), least=0), "seed": _SEED},
    ),
    "late": Kind(
        "page", "records become visible up to `minutes` after their time, by the console's clock; `share` of them do",
        {
            "minutes": Parameter(5, _NUMBER, least=0), "share": Parameter(0.3, _NUMBER, least=0), "seed": _SEED,
        },
    ),
    "clock": Kind(
        "date", "the Date header is ahead by `minutes`, or behind if negative", {"minutes": Parameter(5, _NUMBER)}
    ),
    "same_time": Kind(
        "console", "`records` come into being in the stream of the path, all at the same moment",
        {"records": Parameter(50, (int,), least=1)},
    ),
}  # fmt: skip

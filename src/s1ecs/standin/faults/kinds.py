"""The kinds of fault and their parameters, as a table. What each does stands in `refusals`, `rewrites` and `wire`."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

# Where a kind strikes: `before` the console answers (the answer is made up), on the `page` of a good answer, on the
# `wire` while an answer is sent, on the `date` header, or on the `console` itself.
FaultPlace = Literal["before", "page", "wire", "date", "console"]
# What a request must have for the kind to be able to strike it.
Needs = Literal["nothing", "cursor", "limit"]


class FaultOption(NamedTuple):
    """A parameter: its default, and the types and values that it may have (none: any of the type)."""

    default: Any
    types: tuple[type, ...]
    values: tuple[Any, ...] = ()
    least: float | None = None


class FaultKind(NamedTuple):
    """A kind of fault; `meaning` is for documentation."""

    place: FaultPlace
    meaning: str
    parameters: Mapping[str, FaultOption] = {}
    needs: Needs = "nothing"


_SEED = FaultOption(1, (int,))
_NUMBER = (int, float)
_NONE = type(None)

KINDS: Mapping[str, FaultKind] = {
    "too_many_requests": FaultKind(
        "before", "429; with Retry-After if `retry_after` (seconds) is given",
        {"retry_after": FaultOption(None, (int, _NONE), least=0)},
    ),
    "server_error": FaultKind(
        "before", "500, 502, 503 or 504; all but 500 with a gateway's HTML",
        {"status": FaultOption(503, (int,), (500, 502, 503, 504))},
    ),
    "html": FaultKind("before", "status 200 with a login page in place of JSON"),
    "errors": FaultKind("before", "status 200 with `errors`, and `data` null"),
    "errors_beside_empty": FaultKind("before", "status 200 with `errors` beside an empty list without a next page"),
    "several_errors": FaultKind(
        "before", "`status` with `count` entries in `errors`, the first of them a general one",
        {"status": FaultOption(403, (int,), (200, 400, 403, 500)), "count": FaultOption(3, (int,), least=1)},
    ),
    "not_authenticated": FaultKind(
        "before", "401 to the token that was struck, until another is sent or, if given, `answers` were refused",
        {"answers": FaultOption(None, (int, _NONE), least=1)},
    ),
    "forbidden": FaultKind("before", "403"),
    "cursor_expired": FaultKind("before", "400 (GraphQL: `errors`) to a request with a cursor", needs="cursor"),
    "reset": FaultKind("before", "the connection is reset (RST) in place of an answer"),
    "silence": FaultKind(
        "before", "no answer until the client goes, or the connection is closed after `seconds`",
        {"seconds": FaultOption(None, (*_NUMBER, _NONE), least=0)},
    ),
    "trickle": FaultKind(
        "before", "an answer without end, a byte every `seconds`: in its `part` head, interim (answers of 1xx) or body",
        {
            "part": FaultOption("body", (str,), ("head", "interim", "body")),
            "seconds": FaultOption(0.5, _NUMBER, least=0),
        },
    ),
    "cut": FaultKind(
        "wire", "the connection is closed after `share` of the answer, announced by its length or chunked",
        {
            "announced": FaultOption("length", (str,), ("length", "chunked")),
            "share": FaultOption(0.5, _NUMBER, least=0),
        },
    ),
    "too_large": FaultKind(
        "wire", "an answer is cut where the request's limit is above `limit` (and the page has the record `id`)",
        {"limit": FaultOption(100, (int,), least=0), "id": FaultOption(None, (str, _NONE))}, needs="limit",
    ),
    "slow": FaultKind(
        "wire", "the answer comes in pieces of `bytes`, with a pause of `seconds` between",
        {"bytes": FaultOption(4096, (int,), least=1), "seconds": FaultOption(0.1, _NUMBER, least=0)},
    ),
    "same_cursor": FaultKind("page", "the next cursor is the one that was asked with", needs="cursor"),
    "empty_page": FaultKind("page", "no records, and a next cursor that leads to those left out"),
    "shifted": FaultKind(
        "page", "the page in another order, its last `repeated` records again on the next page",
        {"repeated": FaultOption(2, (int,), least=0), "seed": _SEED},
    ),
    "poison": FaultKind(
        "page", "`records` of the page come once more, under ids of their own that begin with poison-, with odd values",
        {"records": FaultOption(2, (int,), least=1), "seed": _SEED},
    ),
    "late": FaultKind(
        "page", "records become visible up to `minutes` after their time, by the console's clock; `share` of them do, "
        "but none that is stamped ahead of it",
        {
            "minutes": FaultOption(5, _NUMBER, least=0), "share": FaultOption(0.3, _NUMBER, least=0), "seed": _SEED,
        },
    ),
    "clock": FaultKind(
        "date", "the Date header is ahead by `minutes`, or behind if negative; or it is the text `date`",
        {"minutes": FaultOption(5, _NUMBER), "date": FaultOption(None, (str, _NONE))},
    ),
    "same_time": FaultKind(
        "console", "`records` come into being in the stream of the path, all at one moment, `minutes` ahead of now",
        {"records": FaultOption(50, (int,), least=1), "minutes": FaultOption(0, _NUMBER)},
    ),
}  # fmt: skip

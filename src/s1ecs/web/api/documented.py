"""Parameters and errors of the JSON API for its OpenAPI description."""

from typing import Any

_TEXT = {"type": "string"}
_RANGE = (
    ("from", "Begin of the time range, ISO 8601 or relative: -24h, yesterday, all. Default: all."),
    ("to", "End of the time range, not in it."),
    ("console", "Console by name."),
)
_WORDS = (("q", "Words, as in s1ecs search."),)
_FILTERS = (
    ("site", "Site by name."),
    ("severity", "Severity: critical, high, medium, low, or the number of event.severity."),
    ("status", "Status."),
    ("host", "Host by name; * stands for any characters, [*] for a star."),
    ("current", "1: only the newest state of each alert or threat."),
    ("gone", "1: also entities that are gone from the console."),
)
_PLACE = (
    ("sort", "Column to sort by, with - before it for descending."),
    ("by", "Column by which the list is summed up, too, in `groups`; a list says which it can."),
    ("after", "Place in the list, from `next` of the page before."),
)


def _parameters(*described: tuple[str, str]) -> dict[str, Any]:
    return {
        "parameters": [
            {"name": name, "in": "query", "required": False, "description": text, "schema": _TEXT}
            for name, text in described
        ]
    }


# Every further column of a list is a filter, too; not.COLUMN filters a value out, before.COLUMN is for times.
OF_COUNTS = _parameters(*_RANGE, *_FILTERS, *_WORDS)
OF_LISTS = _parameters(*_RANGE, *_FILTERS, *_WORDS, *_PLACE)
OF_SEARCH = _parameters(
    *_WORDS,
    *_RANGE,
    ("stream", "Only documents of this stream; may be repeated."),
    ("newest", "1: the newest first, instead of the best match."),
)

_ERROR = {
    "application/json": {
        "schema": {"type": "object", "properties": {"error": _TEXT}, "required": ["error"]},
    }
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"description": "A parameter is not valid; the error says which and what is allowed.", "content": _ERROR},
    401: {"description": "Not logged in.", "content": _ERROR},
    404: {"description": "Not found.", "content": _ERROR},
    422: {"description": "A parameter is not valid; the error says which and what is allowed.", "content": _ERROR},
    503: {"description": "The store can't be read now; the error says why.", "content": _ERROR},
}

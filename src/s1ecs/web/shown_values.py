"""Values of documents as a person reads them; whatever they hold, they are text."""

import re
from collections.abc import Sequence
from typing import Any

import orjson

from s1ecs.web.questions.list_view import severity_word
from s1ecs.web.view_state import filter_text

NOTHING = "\N{EN DASH}"
# Longer texts are cut where they stand beside others; the story shows them whole.
MOST_CHARACTERS = 200
_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?Z")
# Control characters, and those that turn the direction of what follows.
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def shown(value: Any, column: str = "", *, most: int = MOST_CHARACTERS) -> str:
    """Return a value as text: severities as words, truth values as yes and no, no value as a dash.

    A time in a column is shortened to its seconds.
    """
    if value is None or value == "":
        return NOTHING
    if column == "severity" and severity_word(value):
        return severity_word(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = harmless(str(value))
    if column and (time := _TIME.fullmatch(text)):
        return f"{time[1]} {time[2]} UTC"
    return text if len(text) <= most else f"{text[: most - 1]}…"


def parameter(value: Any) -> str:
    """Return a value as a filter of an address has it; no value is an empty text."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else filter_text(value)


def harmless(text: str) -> str:
    """Replace characters that no screen shows or that would turn the text around them."""
    return _UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", text)


def values_in(value: Any) -> Sequence[Any]:
    """Return the members of a value that is a list in JSON; else the value alone."""
    if isinstance(value, str) and value.startswith("["):
        try:
            members = orjson.loads(value)
        except orjson.JSONDecodeError:
            return [value]
        return [each if isinstance(each, str | int | float) else orjson.dumps(each).decode() for each in members]
    return [value]

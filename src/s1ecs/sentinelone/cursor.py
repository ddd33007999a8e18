"""The cursor that leads to the next page of a list, as a console names it."""

from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from s1ecs.records import ExactInteger

# Words for "none" that found their way into a text. A cursor proper holds a position, so it is longer.
_NONE = frozenset(("", "null", "none", "nil", "undefined"))
# As it stands in an address; servers and proxies take less of an address than this, and the HTTP library hardly more.
_LONGEST = 32_000


class Cursor(NamedTuple):
    """The cursor, None at the end of the list; `dead_end` is the reason why the one that is named can't be sent."""

    text: str | None
    dead_end: str = ""


def cursor_of(value: Any, *, encoded: bool = False) -> Cursor:
    """Read a cursor from an answer; with `encoded` it may come URL-encoded, as some consoles send it.

    An empty value and a word for "none", in any letter case, end the list; an integer is its digits. Anything else that
    is not text, and text that no request can carry, is a dead end: taken for the end, it would hide what comes behind.
    """
    if not value:
        return Cursor(None)
    if type(value) is int:
        return Cursor(str(value))
    if isinstance(value, ExactInteger):
        value = value.text
    if not isinstance(value, str):
        return Cursor(None, "its cursor is not text")
    # Sent as it came, an encoded one would be encoded twice.
    text = unquote(value) if encoded else value
    if text.strip().casefold() in _NONE:
        return Cursor(None)
    try:
        length = len(quote(text, safe=""))
    except UnicodeEncodeError:
        return Cursor(None, "its cursor is not Unicode")
    return Cursor(text) if length <= _LONGEST else Cursor(None, f"its cursor has {len(text)} characters")

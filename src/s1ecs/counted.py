"""Numbers with their nouns, and some of many names, as texts for people have them."""

from collections.abc import Sequence


def counted(number: int, thing: str, *, grouped: bool = False) -> str:
    """Write `1 stream`, `2 streams`; `grouped` with commas between thousands."""
    return f"{number:{',' if grouped else ''}} {thing}{'' if number == 1 else 's'}"


def named(names: Sequence[str], most: int) -> str:
    """Write `a, b, c and 2 more`: so many names in one line."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")

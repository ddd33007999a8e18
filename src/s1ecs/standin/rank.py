"""The order of values as text: numbers by size, times by moment, all else by letters."""

_DIGITS = 24
_WHOLE_SECOND = "2018-02-27T04:49:26Z"


def rank(text: str) -> str:
    """Return a text whose place among others is the value's: digits padded, a time with all its microseconds."""
    whole, point, fraction = text.partition(".")
    if whole.isdecimal():
        return f"{whole.zfill(_DIGITS)}{point}{fraction}"
    if len(text) == len(_WHOLE_SECOND) and text[10] == "T" and text[-1] == "Z":
        return f"{text[:-1]}.000000Z"
    return text

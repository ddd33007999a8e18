"""Durations and sizes as users write them: `30s`, `1h30m`, `90d`; `500KB`, `1.5GB`."""

import re
from datetime import timedelta

ALLOWED_DURATIONS = "a number with a unit, such as 500ms, 30s, 10m, 24h, 7d, or several: 1h30m"

# From the longest to the shortest, in microseconds; parts of a duration come in this order.
_MICROSECONDS = {
    "w": 604_800_000_000,
    "d": 86_400_000_000,
    "h": 3_600_000_000,
    "m": 60_000_000,
    "s": 1_000_000,
    "ms": 1_000,
}
_PART = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6}))?(ms|[wdhms])")
_DURATION = re.compile(rf"(?:{_PART.pattern}\s*)+")

# Nobody looks back further, and sums with today's date stay within what a date can say.
_LONGEST = timedelta(days=36_500)


def parse_duration(text: str) -> timedelta:
    """Read a duration; a ValueError says what is allowed."""
    trimmed = text.strip().lower()
    if not _DURATION.fullmatch(trimmed):
        raise ValueError(f"{text!r} is not a duration; allowed: {ALLOWED_DURATIONS}")
    parts = _PART.findall(trimmed)
    order = list(_MICROSECONDS)
    ranks = [order.index(unit) for _, _, unit in parts]
    if ranks != sorted(set(ranks)):
        raise ValueError(
            f"{text!r} is not a duration: its units must be in descending order, each at most once, as in 1h30m"
        )
    microseconds = 0
    for whole, fraction, unit in parts:
        microseconds += int(whole) * _MICROSECONDS[unit]
        if fraction:
            microseconds += int(fraction) * _MICROSECONDS[unit] // 10 ** len(fraction)
    if microseconds > _LONGEST // timedelta(microseconds=1):
        raise ValueError(f"{text!r} is too long; at most {write_duration(_LONGEST)}")
    # Nothing here is finer than a millisecond; cutting it off keeps writing and reading each other's inverse.
    return timedelta(milliseconds=microseconds // 1_000)


def write_duration(duration: timedelta) -> str:
    """Write a duration so that `parse_duration` reads the same again."""
    rest = duration // timedelta(milliseconds=1) * 1_000
    parts = []
    for unit, size in _MICROSECONDS.items():
        if unit == "w":  # weeks are read but not written: 90d says more than 12w6d
            continue
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


ALLOWED_SIZES = "a number with a unit, such as 500KB, 64MB, 1.5GB (1 KB is 1000 bytes)"

_BYTES = {"TB": 10**12, "GB": 10**9, "MB": 10**6, "KB": 10**3, "B": 1}
_SIZE = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6}))?\s*([KMGT]?B)")


def parse_size(text: str) -> int:
    """Read a number of bytes; a ValueError says what is allowed."""
    found = _SIZE.fullmatch(text.strip().upper())
    if not found:
        raise ValueError(f"{text!r} is not a size; allowed: {ALLOWED_SIZES}")
    whole, fraction, unit = found.groups()
    size = int(whole) * _BYTES[unit]
    return size + (int(fraction) * _BYTES[unit] // 10 ** len(fraction) if fraction else 0)


def write_size(size: int) -> str:
    """Write a number of bytes so that `parse_size` reads the same again."""
    unit = next((unit for unit, bytes_of_it in _BYTES.items() if size and not size % bytes_of_it), "B")
    return f"{size // _BYTES[unit]}{unit}"

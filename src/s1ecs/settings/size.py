"""Numbers of bytes as users write them: `500KB`, `64MB`, `1.5GB`."""

import re

ALLOWED = "a number with a unit, such as 500KB, 64MB, 1.5GB (1 KB is 1000 bytes)"

_UNITS = {"TB": 10**12, "GB": 10**9, "MB": 10**6, "KB": 10**3, "B": 1}
_WHOLE = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6}))?\s*([KMGT]?B)")


def parse_size(text: str) -> int:
    """Read a number of bytes; a ValueError says what is allowed."""
    found = _WHOLE.fullmatch(text.strip().upper())
    if not found:
        raise ValueError(f"{text!r} is not a size; allowed: {ALLOWED}")
    whole, fraction, unit = found.groups()
    size = int(whole) * _UNITS[unit]
    return size + (int(fraction) * _UNITS[unit] // 10 ** len(fraction) if fraction else 0)


def write_size(size: int) -> str:
    """Write a number of bytes so that `parse_size` reads the same again."""
    unit = next((unit for unit, bytes_of_it in _UNITS.items() if size and not size % bytes_of_it), "B")
    return f"{size // _UNITS[unit]}{unit}"

"""Validators of the values that the console accepts, run before anything is sent; a ValueError names the fault."""

import ipaddress
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

LONGEST_HOST = 255
LONGEST_MESSAGE = 140
LONGEST_SCRIPT_ID = 256
LONGEST_INPUT = 8192
_LONGEST_SHOWN = 64

# 64 bits have 20 digits at most; the console's smallest id is 100000000000000000.
_ID = re.compile(r"[1-9][0-9]{17,19}")

# What may stand between the quotes around a name in a POSIX shell, cmd or PowerShell, beside letters and digits. What
# is not listed could end the quotes, mean more than itself between them, or match further processes. Windows turns
# letters that a code page lacks into such characters, too: modifier letters and marks, and the few of _TURNED.
_NAME_PUNCTUATION = frozenset(" ._-+()/:@#~=")
_NAME_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lo", "Nd"})
_TURNED = frozenset("\u01c0\u01c1\u01c2\u01c3\ua78b\ua78c\ua78f")
_PATH_PATTERN = re.compile(r"""[*?\[\]{}|^$<>"\x00-\x1f\x7f]""")
_ABSOLUTE = {"windows": re.compile(r"[A-Za-z]:[\\/].|\\\\[^\\/]+[\\/].", re.DOTALL), "": re.compile(r"/.", re.DOTALL)}
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]+")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_LONGEST_DOMAIN = 253

HASH_LENGTHS = {"MD5": 32, "SHA1": 40, "SHA256": 64}
# The empty file's: every empty file would match.
_EMPTY_FILE = {
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
}
_LONGEST_LIFE = {"IPV4": 30, "IPV6": 30, "DNS": 180, "URL": 180, "MD5": 180, "SHA1": 180, "SHA256": 180}


class NoChoice(ValueError):
    """A word that is none of those that there are, or a value that is not written as such values are."""


def console_id(text: str) -> str:
    """An id as the console gives them: decimal, 18 to 20 digits."""
    if not is_console_id(text):
        raise ValueError(f"{_begin(text)!r} is not an id of the console: ids have 18 to 20 digits")
    return text


def is_console_id(text: str) -> bool:
    """Return True if a text could be an id of the console."""
    return bool(_ID.fullmatch(text))


def alert_id(text: str) -> str:
    """An id of a unified alert: any word."""
    if not re.fullmatch(r"[A-Za-z0-9_.:-]{1,256}", text):
        raise ValueError(f"{_begin(text)!r} is not an id of a unified alert")
    return text


def words(text: str) -> str:
    """A text that says something."""
    if not text.strip():
        raise ValueError("is empty")
    return text


def process_name(text: str) -> str:
    """The name of a process, which stands between quotes in a command line."""
    if not text.strip() or text != text.strip():
        raise ValueError("is empty, or starts or ends with a space")
    # Windows may also put in place of a character what it is compatible with.
    for form in (text, unicodedata.normalize("NFKC", text)):
        if found := next((each for each in form if not _may_be_in_name(each)), ""):
            raise ValueError(
                f"contains {found!a}, which could break out of the surrounding quotes; letters, digits, spaces "
                f"and {''.join(sorted(_NAME_PUNCTUATION - {' '}))} are allowed"
            )
    if text.startswith("-"):
        raise ValueError("starts with a hyphen and could be mistaken for an option")
    return text


def process_id(text: str) -> str:
    """The id of a process."""
    if not re.fullmatch(r"[1-9][0-9]{0,9}", text):
        raise NoChoice(f"{_begin(text)!r} is not the id of a process, which is a number")
    return text


def message(text: str) -> str:
    """A message to the user of a host."""
    if len(words(text)) > LONGEST_MESSAGE:
        raise ValueError(f"has {len(text)} characters; {LONGEST_MESSAGE} are allowed")
    return text


def script_id(text: str) -> str:
    """The id of a script, trimmed."""
    trimmed = text.strip()
    if not trimmed or len(trimmed) > LONGEST_SCRIPT_ID:
        raise ValueError(f"must have 1 to {LONGEST_SCRIPT_ID} characters")
    return trimmed


def script_input(text: str) -> str:
    """The input of a script, passed as typed."""
    if not text or len(text) > LONGEST_INPUT:
        raise ValueError(f"must have 1 to {LONGEST_INPUT} characters")
    return text


def path(text: str) -> str:
    """The path of a file, of any operating system."""
    if not any(form.match(text) for form in _ABSOLUTE.values()):
        raise ValueError(f"{text!r} is not an absolute path")
    if found := _PATH_PATTERN.search(text):
        raise ValueError(f"{text!r} contains {found[0]!r}; the console accepts neither wildcards nor such characters")
    return text


def fits_system(text: str, system: str) -> bool:
    """Return True if a path is absolute on that operating system (`osType`)."""
    return bool(_ABSOLUTE["windows" if system.startswith("windows") else ""].match(text))


def blocked_hash(text: str) -> str:
    """A hash for the blocklist: SHA1, or SHA256 on newer consoles."""
    if not _HEXADECIMAL.fullmatch(text) or len(text) not in {HASH_LENGTHS["SHA1"], HASH_LENGTHS["SHA256"]}:
        raise ValueError(f"{text!r} is neither a SHA1 (40 hexadecimal digits) nor a SHA256 (64)")
    return _no_empty_file(text)


def indicator(kind: str, value: str) -> None:
    """An indicator of compromise: the value must be of its type."""
    words(value)
    if kind in HASH_LENGTHS:
        if not _HEXADECIMAL.fullmatch(value) or len(value) != HASH_LENGTHS[kind]:
            raise ValueError(
                f"{value!r} is not a value of type {kind}, which has {HASH_LENGTHS[kind]} hexadecimal digits"
            )
        _no_empty_file(value)
    elif kind in {"IPV4", "IPV6"}:
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            raise ValueError(f"{value!r} is not an IP address") from None
        if address.version != int(kind[-1]):
            raise ValueError(f"{value!r} is not an {kind} address")
    elif kind == "DNS":
        if len(value) > _LONGEST_DOMAIN or not all(map(_LABEL.fullmatch, value.rstrip(".").split("."))):
            raise ValueError(f"{value!r} is not a domain name")
    elif kind == "URL":
        address_of = urlsplit(value)
        if not address_of.scheme or not address_of.netloc or value != "".join(value.split()):
            raise ValueError(f"{value!r} is not a URL with a scheme")


def life(kind: str, valid_until: str, now: datetime) -> None:
    """Read the lifetime of an indicator; the console silently cuts one beyond its limit."""
    end = datetime.fromisoformat(valid_until)
    if end <= now:
        raise ValueError(f"{valid_until} is in the past")
    if end > now + timedelta(days=_LONGEST_LIFE[kind]):
        raise ValueError(
            f"{valid_until} is too late: the maximum for an indicator of type {kind} is {_LONGEST_LIFE[kind]} days"
        )


def time(text: str) -> str:
    """A time with its zone, as the API writes it, UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise NoChoice(f"{text!r} is not a time such as 2026-01-31T12:00:00Z") from None
    if moment.tzinfo is None:
        raise NoChoice(f"{text!r} has no time zone; write it as 2026-01-31T12:00:00Z")
    try:
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        raise ValueError(f"{text!r} is too far away") from None


def _may_be_in_name(character: str) -> bool:
    if character in _NAME_PUNCTUATION:
        return True
    return unicodedata.category(character) in _NAME_CATEGORIES and character not in _TURNED


def _begin(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _no_empty_file(text: str) -> str:
    if text.lower() in _EMPTY_FILE:
        raise ValueError(f"{text!r} is the hash of an empty file, which the console rejects")
    return text


def indicator_life(arguments: Mapping[str, Any], now: datetime) -> None:
    """An indicator as a whole: its value, and until when."""
    indicator(arguments["type"], arguments["value"])
    if arguments.get("valid_until"):
        life(arguments["type"], arguments["valid_until"], now)

"""What values the console takes, checked before anything is sent; a ValueError says what is wrong with one."""

import ipaddress
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

SMALLEST_ID = 100_000_000_000_000_000
LONGEST_MESSAGE = 140
LONGEST_SCRIPT_ID = 256
LONGEST_INPUT = 8192

# What could end the quotes around a name, or mean more than itself between them, in a POSIX shell, cmd or PowerShell,
# which takes typographic quotes for plain ones; and what would match further processes.
_BREAKS_OUT = re.compile(r"""["'`$;&|<>\\%!^{}*?\[\],\u2018-\u201f\x00-\x1f\x7f-\x9f\u2028\u2029]""")
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


def console_id(text: str) -> str:
    """An id as the console gives them: decimal, 18 digits or more."""
    if not (text.isascii() and text.isdecimal()) or int(text) < SMALLEST_ID:
        raise ValueError(f"{text!r} is no id of the console: they have 18 digits or more")
    return text


def alert_id(text: str) -> str:
    """An id of a unified alert: any word."""
    if not re.fullmatch(r"[A-Za-z0-9_.:-]+", text):
        raise ValueError(f"{text!r} is no id of a unified alert")
    return text


def words(text: str) -> str:
    """A text that says something."""
    if not text.strip():
        raise ValueError("is empty")
    return text


def process_name(text: str) -> str:
    """The name of a process, which stands between quotes in a command line."""
    if not text.strip() or text != text.strip():
        raise ValueError("is empty, or begins or ends with a space")
    if found := _BREAKS_OUT.search(text):
        raise ValueError(f"holds {found[0]!r}, which could break out of the quotes that it is put between")
    if text.startswith("-"):
        raise ValueError("begins with a hyphen, so that it could be taken for an option")
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
        raise ValueError(f"{text!r} is no absolute path")
    if found := _PATH_PATTERN.search(text):
        raise ValueError(f"{text!r} holds {found[0]!r}; the console takes no patterns and no such characters")
    return text


def fits_system(text: str, system: str) -> bool:
    """Whether a path is an absolute one on that operating system (`osType`)."""
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
            raise ValueError(f"{value!r} is no {kind}: those have {HASH_LENGTHS[kind]} hexadecimal digits")
        _no_empty_file(value)
    elif kind in {"IPV4", "IPV6"}:
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            raise ValueError(f"{value!r} is no IP address") from None
        if address.version != int(kind[-1]):
            raise ValueError(f"{value!r} is no {kind} address")
    elif kind == "DNS":
        if len(value) > _LONGEST_DOMAIN or not all(map(_LABEL.fullmatch, value.rstrip(".").split("."))):
            raise ValueError(f"{value!r} is no domain name")
    elif kind == "URL":
        address_of = urlsplit(value)
        if not address_of.scheme or not address_of.netloc or value != "".join(value.split()):
            raise ValueError(f"{value!r} is no URL: write it with its scheme")


def life(kind: str, valid_until: str, now: datetime) -> None:
    """How long an indicator lives: the console would cut more than it allows, without a word."""
    end = datetime.fromisoformat(valid_until)
    if end <= now:
        raise ValueError(f"{valid_until} is past")
    if end > now + timedelta(days=_LONGEST_LIFE[kind]):
        raise ValueError(f"{valid_until} is too late: an indicator of type {kind} lives {_LONGEST_LIFE[kind]} days")


def time(text: str) -> str:
    """A time with its zone, as the API writes it, UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time such as 2026-01-31T12:00:00Z") from None
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write it as 2026-01-31T12:00:00Z")
    return moment.isoformat().replace("+00:00", "Z")


def _no_empty_file(text: str) -> str:
    if text.lower() in _EMPTY_FILE:
        raise ValueError(f"{text!r} is the hash of an empty file, which the console refuses")
    return text


def indicator_life(arguments: Mapping[str, Any], now: datetime) -> None:
    """An indicator as a whole: its value, and until when."""
    indicator(arguments["type"], arguments["value"])
    if arguments.get("valid_until"):
        life(arguments["type"], arguments["valid_until"], now)

"""Kinds of value: how each is read from text, written again, and described."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from s1ecs.settings import duration, size
from s1ecs.settings.address import clean_proxy, clean_server
from s1ecs.settings.token import ProxyAddress, Secret, clean_command, clean_password, clean_token


@dataclass(frozen=True)
class Kind:
    """A kind of value: `allowed` says what may be written, `read` turns a text into the value or says why not.

    `read` gets the text and the folder that relative paths start at; `many` means a list, or texts joined by commas.
    `holds_secret` tells of a text whether it holds one, which then must not stand among a process's arguments.
    """

    name: str
    allowed: str
    read: Callable[[str, Path], Any]
    many: bool = False
    write: Callable[[Any], str] = str
    holds_secret: Callable[[str], bool] = lambda _text: False


# SentinelOne's tokens are longer, file names hardly ever are.
_LONGEST_FILE_NAME = 60

_GREATEST_PORT = 65_535

# Words joined by dots. What else Elasticsearch might take is far more likely a slip than a name.
_FIELD_NAME = r"(?=.{1,256}$)@?[\w#$%&+=~@-]+(\.[\w#$%&+=~@-]+)*"

_BOOLEANS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}


def _read_boolean(text: str, _folder: Path) -> bool:
    value = _BOOLEANS.get(text.strip().lower())
    if value is None:
        raise ValueError(f"{text!r} is neither true nor false")
    return value


def _read_count(text: str, _folder: Path) -> int:
    trimmed = text.strip()
    if not re.fullmatch(r"[0-9]{1,9}", trimmed) or int(trimmed) < 1:
        raise ValueError(f"{text!r} is not a whole number from 1 up")
    return int(trimmed)


def _read_duration(text: str, _folder: Path) -> timedelta:
    value = duration.parse_duration(text)
    if not value:
        raise ValueError(f"{text!r} is no time at all; allowed: {duration.ALLOWED}")
    return value


def _read_duration_or_none(text: str, _folder: Path) -> timedelta:
    return duration.parse_duration(text)


def _read_size(text: str, _folder: Path) -> int:
    value = size.parse_size(text)
    if not value:
        raise ValueError(f"{text!r} is nothing at all; allowed: {size.ALLOWED}")
    return value


def _read_port(text: str, _folder: Path) -> int:
    trimmed = text.strip()
    if not re.fullmatch(r"[0-9]{1,5}", trimmed) or not 1 <= int(trimmed) <= _GREATEST_PORT:
        raise ValueError(f"{text!r} is not a port, a whole number from 1 to {_GREATEST_PORT}")
    return int(trimmed)


def _read_path(text: str, folder: Path) -> Path:
    try:
        return folder / Path(text.strip()).expanduser()
    except RuntimeError:
        raise ValueError(f"{text!r} names a home folder that is not known; write the whole path") from None


def _read_path_or_output(text: str, folder: Path) -> Path | None:
    return None if text.strip() == "-" else _read_path(text, folder)


def _read_token_file(text: str, folder: Path) -> Path:
    path = _read_path(text, folder)
    # A token written here by mistake would be shown as a path, in errors and by `s1ecs settings`.
    if path.name.startswith("eyJ") or len(path.name) > _LONGEST_FILE_NAME:
        raise ValueError("looks like the token itself; write it as token, or the path of a file that holds it")
    return path


def _read_existing_file(text: str, folder: Path) -> Path:
    path = _read_path(text, folder)
    if not path.is_file():
        raise ValueError(f"no such file: {path}")
    return path


def _matching(pattern: str, allowed: str) -> Callable[[str, Path], str]:
    compiled = re.compile(pattern)

    def read(text: str, _folder: Path) -> str:
        trimmed = text.strip()
        if not compiled.fullmatch(trimmed):
            raise ValueError(f"{text!r} is not allowed; allowed: {allowed}")
        return trimmed

    return read


def _write_fields(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def choice(*words: str) -> Kind:
    """A kind that is one of some words."""
    allowed = ", ".join(words)

    def read(text: str, _folder: Path) -> str:
        word = text.strip().lower()
        if word not in words:
            raise ValueError(f"{text!r} is not allowed; allowed: {allowed}")
        return word

    return Kind("choice", allowed, read)


_NAME = "letters, digits, hyphen, underscore and dot, not first a dot; at most 64"
_NAMESPACE = 'lower case, at most 100 characters, none of space \\ / * ? " < > | , # : -'
_TAG = "texts of at most 256 characters without line breaks, as a list or joined by commas"
_FIELD = "names of document fields such as user.name, whole and without wildcards, as a list or joined by commas"
_HOST = "an IP address or a host name of this machine, such as 127.0.0.1 or 0.0.0.0"
_FINGERPRINT = "the SHA-256 of a certificate: 64 hexadecimal digits, with or without colons"
_CLOUD_ID = "the deployment's Cloud ID, NAME:..., as Elastic Cloud shows it"
_USER = "a user's name, without colons"
_SITE = "the console's site ids, digits only, as a list or joined by commas"

ADDRESS = Kind("address", "https://HOST or https://HOST:PORT", lambda text, _folder: text)
BOOLEAN = Kind("boolean", "true or false", _read_boolean, write=lambda value: str(value).lower())
COMMAND = Kind("command", "a program and its arguments", lambda text, _folder: clean_command(text))
COUNT = Kind("number", "a whole number from 1 up", _read_count)
DURATION = Kind("duration", duration.ALLOWED, _read_duration, write=duration.write_duration)
DURATION_OR_NONE = Kind("duration", f"{duration.ALLOWED}; or 0s", _read_duration_or_none, write=duration.write_duration)
EXISTING_FILE = Kind("file", "the path of a file", _read_existing_file)
FIELDS = Kind("list", _FIELD, _matching(_FIELD_NAME, _FIELD), many=True, write=_write_fields)
FINGERPRINT = Kind("fingerprint", _FINGERPRINT, _matching(r"([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}", _FINGERPRINT))
CLOUD_ID = Kind("cloud id", _CLOUD_ID, _matching(r"[^\s:]*:[A-Za-z0-9+/=]{8,}", _CLOUD_ID))
HOST = Kind("host", _HOST, _matching(r"[A-Za-z0-9.:-]{1,253}", _HOST))
LOGIN_FILE = Kind("path", "the path of a file that holds it and nothing else", _read_token_file)
NAME = Kind("name", _NAME, _matching(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}", _NAME))
NAMESPACE = Kind("name", _NAMESPACE, _matching(r"(?!\.)[^A-Z\s\\/*?\"<>|,#:-]{1,100}", _NAMESPACE))
PASSWORD = Kind(
    "secret",
    "the password alone",
    lambda text, _folder: Secret(clean_password(text)),
    holds_secret=lambda _text: True,
)
PATH = Kind("path", "a path", _read_path)
PATH_OR_OUTPUT = Kind(
    "path", "the path of a folder, or - for standard output", _read_path_or_output, write=lambda path: str(path or "-")
)
PORT = Kind("number", "a port, from 1 to 65535", _read_port)
PROXY = Kind(
    "address",
    "http://[USER:PASSWORD@]HOST:PORT",
    lambda text, _folder: ProxyAddress(clean_proxy(text)),
    holds_secret=lambda text: "@" in text,
)
SERVERS = Kind(
    "list",
    "https://HOST:PORT, or several, as a list or joined by commas",
    lambda text, _folder: clean_server(text),
    many=True,
    write=", ".join,
)
SIZE = Kind("size", size.ALLOWED, _read_size, write=size.write_size)
SITES = Kind("list", _SITE, _matching(r"[0-9]{1,20}", _SITE), many=True, write=", ".join)
TAGS = Kind("list", _TAG, _matching(r"[^\x00-\x1f\x7f]{1,256}", _TAG), many=True, write=", ".join)
TOKEN_FILE = Kind("path", "the path of a file that holds the token", _read_token_file)
TOKEN = Kind(
    "secret",
    "the token alone",
    lambda text, _folder: Secret(clean_token(text)),
    holds_secret=lambda _text: True,
)


USER = Kind("name", _USER, _matching(r"[^:\x00-\x1f\x7f]{1,507}", _USER))


def _read_structure(_text: str, _folder: Path) -> Any:
    raise ValueError("is a list or a mapping")  # which sources.py reads itself


CONSOLES = Kind("consoles", "a list of {name, url, token, ...}", _read_structure)
OUTPUTS = Kind(
    "outputs",
    "a list of {type, ...}",
    _read_structure,
    holds_secret=lambda text: re.search(r"\b(password|api_key|bearer)['\"]?\s*:", text) is not None,
)
STREAMS = Kind("streams", "a list of names, names joined by commas, or a mapping", _read_structure)

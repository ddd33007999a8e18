"""Kinds of value: how each is read from text, written again, and described."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from s1ecs.settings import units
from s1ecs.settings.addresses import clean_database, clean_proxy, clean_server
from s1ecs.settings.secrets import DatabaseAddress, ProxyAddress, Secret, clean_command, clean_password, clean_token


@dataclass(frozen=True)
class ValueType:
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
        raise ValueError(f"{text!r} is not a whole number of 1 or more")
    return int(trimmed)


def _read_layout(text: str, _folder: Path) -> int:
    if text.strip() not in {"1", "2"}:
        raise ValueError(f"{text!r} is not a layout; allowed: 1, 2")
    return int(text)


def _read_share(text: str, _folder: Path) -> float:
    trimmed = text.strip()
    number = trimmed.removesuffix("%").rstrip()
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", number):
        value = float(number) / (100 if trimmed.endswith("%") else 1)
        if value <= 1:
            return value
    raise ValueError(f"{text!r} is not a number from 0 to 1, such as 0.5, or from 0% to 100%")


def _read_duration(text: str, _folder: Path) -> timedelta:
    value = units.parse_duration(text)
    if not value:
        raise ValueError(f"{text!r} is not a duration; allowed: {units.ALLOWED_DURATIONS}")
    return value


def _read_duration_or_none(text: str, _folder: Path) -> timedelta:
    return units.parse_duration(text)


def _read_size(text: str, _folder: Path) -> int:
    value = units.parse_size(text)
    if not value:
        raise ValueError(f"{text!r} is not a size; allowed: {units.ALLOWED_SIZES}")
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
        raise ValueError(f"{text!r} names an unknown home directory; write the full path") from None


def _read_path_or_output(text: str, folder: Path) -> Path | None:
    return None if text.strip() == "-" else _read_path(text, folder)


def _read_token_file(text: str, folder: Path) -> Path:
    path = _read_path(text, folder)
    # A token written here by mistake would be shown as a path, in errors and by `s1ecs settings`.
    if path.name.startswith("eyJ") or len(path.name) > _LONGEST_FILE_NAME:
        raise ValueError("looks like the token itself; use the setting token, or the path of a file that contains it")
    return path


def _read_existing_file(text: str, folder: Path) -> Path:
    path = _read_path(text, folder)
    if not path.is_file():
        raise ValueError(f"no such file: {path}")
    return path


def _read_variable(text: str, _folder: Path) -> str:
    name = text.strip()
    # A token written here by mistake would be shown as a name, in errors and by `s1ecs settings`.
    if name.startswith("eyJ") or len(name) > _LONGEST_FILE_NAME:
        raise ValueError("looks like the token itself; use the name of a variable that contains it")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise ValueError(f"not the name of an environment variable; allowed: {_VARIABLE}")
    return name


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


def choice(*words: str) -> ValueType:
    """A kind that is one of some words."""
    allowed = ", ".join(words)

    def read(text: str, _folder: Path) -> str:
        word = text.strip().lower()
        if word not in words:
            raise ValueError(f"{text!r} is not allowed; allowed: {allowed}")
        return word

    return ValueType("choice", allowed, read)


_NAME = "up to 64 letters, digits, hyphens, underscores and dots; not starting with a dot"
_NAMESPACE = 'up to 100 lower-case characters, none of space \\ / * ? " < > | , # : -'
_TAG = "texts of up to 256 characters without line breaks, as a list or comma-separated"
_FIELD = "full names of document fields, such as user.name, without wildcards, as a list or comma-separated"
_HOST = "an IP address or host name of this machine, such as 127.0.0.1 or 0.0.0.0"
_FINGERPRINT = "the SHA-256 of a certificate: 64 hexadecimal digits, with or without colons"
_CLOUD_ID = "the Cloud ID of the deployment, NAME:..., as shown by Elastic Cloud"
_PIPELINE = "the name of an ingest pipeline: letters, digits and . _ - @"
_VARIABLE = "the name of an environment variable: letters, digits and underscores"
_USER = "a user name without colons"
_SCHEMA = "up to 63 lower-case letters, digits and underscores, not starting with a digit or pg_"
_SITE = "site ids of the console, digits only, as a list or comma-separated"

ADDRESS = ValueType("address", "https://HOST or https://HOST:PORT", lambda text, _folder: text)
BOOLEAN = ValueType("boolean", "true or false", _read_boolean, write=lambda value: str(value).lower())
COMMAND = ValueType("command", "a program and its arguments", lambda text, _folder: clean_command(text))
COUNT = ValueType("number", "a whole number, 1 or greater", _read_count)
DATABASE = ValueType(
    "address",
    "postgresql://[USER[:PASSWORD]@]HOST[:PORT]/NAME",
    lambda text, _folder: DatabaseAddress(clean_database(text)),
    holds_secret=lambda text: "@" in text or "password=" in text,
)
DATABASE_SCHEMA = ValueType("name", _SCHEMA, _matching(r"(?!pg_)[a-z_][a-z0-9_]{0,62}", _SCHEMA))
DURATION = ValueType("duration", units.ALLOWED_DURATIONS, _read_duration, write=units.write_duration)
DURATION_OR_NONE = ValueType(
    "duration", f"{units.ALLOWED_DURATIONS}; or 0s", _read_duration_or_none, write=units.write_duration
)
EXISTING_FILE = ValueType("file", "the path of a file", _read_existing_file)
FIELDS = ValueType("list", _FIELD, _matching(_FIELD_NAME, _FIELD), many=True, write=_write_fields)
FINGERPRINT = ValueType("fingerprint", _FINGERPRINT, _matching(r"([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}", _FINGERPRINT))
CLOUD_ID = ValueType("cloud id", _CLOUD_ID, _matching(r"[^\s:]*:[A-Za-z0-9+/=]{8,}", _CLOUD_ID))
HOST = ValueType("host", _HOST, _matching(r"[A-Za-z0-9.:-]{1,253}", _HOST))
LOGIN_FILE = ValueType("path", "the path of a file that contains only this secret", _read_token_file)
LAYOUT = ValueType("number", "1 or 2", _read_layout)
NAME = ValueType("name", _NAME, _matching(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}", _NAME))
NAMESPACE = ValueType("name", _NAMESPACE, _matching(r"(?!\.)[^A-Z\s\\/*?\"<>|,#:-]{1,100}", _NAMESPACE))
PASSWORD = ValueType(
    "secret",
    "a password",
    lambda text, _folder: Secret(clean_password(text)),
    holds_secret=lambda _text: True,
)
PATH = ValueType("path", "a path", _read_path)
PATH_OR_OUTPUT = ValueType(
    "path",
    "the path of a directory, or - for standard output",
    _read_path_or_output,
    write=lambda path: str(path or "-"),
)
PIPELINE = ValueType("name", _PIPELINE, _matching(r"[A-Za-z0-9_.@-]{1,256}", _PIPELINE))
PORT = ValueType("number", "a port, from 1 to 65535", _read_port)
PROXY = ValueType(
    "address",
    "http://[USER:PASSWORD@]HOST:PORT",
    lambda text, _folder: ProxyAddress(clean_proxy(text)),
    holds_secret=lambda text: "@" in text,
)
SERVERS = ValueType(
    "list",
    "https://HOST:PORT, or several as a list or comma-separated",
    lambda text, _folder: clean_server(text),
    many=True,
    write=", ".join,
)
SIZE = ValueType("size", units.ALLOWED_SIZES, _read_size, write=units.write_size)
SHARE = ValueType("share", "a number from 0 to 1, or 0% to 100%", _read_share, write=lambda share: f"{share:g}")
SITES = ValueType("list", _SITE, _matching(r"[0-9]{1,20}", _SITE), many=True, write=", ".join)
TAGS = ValueType("list", _TAG, _matching(r"[^\x00-\x1f\x7f]{1,256}", _TAG), many=True, write=", ".join)
TOKEN_FILE = ValueType("path", "the path of a file that contains only the token", _read_token_file)
TOKEN = ValueType(
    "secret",
    "a token",
    lambda text, _folder: Secret(clean_token(text)),
    holds_secret=lambda _text: True,
)


VARIABLE = ValueType("name", _VARIABLE, _read_variable)
USER = ValueType("name", _USER, _matching(r"[^:\x00-\x1f\x7f]{1,507}", _USER))


def _read_structure(_text: str, _folder: Path) -> Any:
    raise ValueError("is a list or a mapping")  # which sources.py reads itself


CONSOLES = ValueType("consoles", "a list of {name, url, token, ...}", _read_structure)
OUTPUTS = ValueType("outputs", "a list of {type, ...}", _read_structure)
QUERIES = ValueType(
    "queries",
    "a mapping of names to SQL, or to {sql, description, parameters}",
    _read_structure,
    write=lambda queries: ", ".join(each.name for each in queries),
)
STREAMS = ValueType("streams", "a list of names, comma-separated names, or a mapping", _read_structure)

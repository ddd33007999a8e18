"""Kinds of value that only the settings of the web page take."""

import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit

from s1ecs.settings.value_types import NAME, ValueType

_GREATEST_PORT = 65_535
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_ALLOWED_RULE = "VALUE=viewer, VALUE=responder, VALUE=viewer@CONSOLE or VALUE=responder@CONSOLE"
_RULE = re.compile(r"(?P<value>.+)=\s*(?P<role>viewer|responder)\s*(@\s*(?P<console>[^@\s]+))?")


def _read_listen_port(text: str, _folder: Path) -> int:
    trimmed = text.strip()
    if not re.fullmatch(r"[0-9]{1,5}", trimmed) or int(trimmed) > _GREATEST_PORT:
        raise ValueError(f"{text!r} is not a port, a whole number from 0 to {_GREATEST_PORT}")
    return int(trimmed)


def _read_host_name(text: str, _folder: Path) -> str:
    trimmed = text.strip().lower().strip("[]").rstrip(".")
    if not re.fullmatch(r"[a-z0-9._:-]{1,253}", trimmed):
        raise ValueError(f"{text!r} is not a host name; write the name alone, such as soc.example.com")
    return trimmed


def _read_root(text: str, _folder: Path) -> str:
    trimmed = text.strip().rstrip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", trimmed) or any(each in {".", ".."} for each in trimmed.split("/")):
        raise ValueError(f"{text!r} is not a path prefix, such as /s1ecs")
    return trimmed


def _read_network(text: str, _folder: Path) -> str:
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is not an IP address or a network, such as 10.0.0.0/8") from None
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def _read_issuer(text: str, _folder: Path) -> str:
    trimmed = text.strip()
    try:
        parts = urlsplit(trimmed)
        host = parts.hostname
    except ValueError:
        host, parts = None, urlsplit("")
    if not host or parts.query or parts.fragment or "@" in parts.netloc or any(each.isspace() for each in trimmed):
        raise ValueError(f"{text!r} is not the address of an issuer, such as https://login.example.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise ValueError(f"{text!r} is not encrypted; the address of an issuer begins with https://")
    return trimmed


def _read_printable(text: str, _folder: Path) -> str:
    trimmed = text.strip()
    if not re.fullmatch(r"[\x21-\x7e]{1,256}", trimmed):
        raise ValueError(f"{text!r} is not allowed; allowed: up to 256 ASCII characters without spaces")
    return trimmed


def _read_rule(text: str, folder: Path) -> str:
    matched = _RULE.fullmatch(text.strip())
    if matched is None:
        raise ValueError(f"{text!r} is not allowed; allowed: {_ALLOWED_RULE}")
    console = matched["console"]
    return f"{matched['value'].strip()}={matched['role']}" + (f"@{NAME.read(console, folder)}" if console else "")


def split_rule(rule: str) -> tuple[str, str, str | None]:
    """Return value, role and console of a rule that was read; None: all consoles."""
    matched = _RULE.fullmatch(rule)
    assert matched is not None
    return matched["value"], matched["role"], matched["console"]


CLAIM = ValueType("name", "the name of a claim", _read_printable)
CLIENT_ID = ValueType("name", "the id of a client, without spaces", _read_printable)
HOST_NAMES = ValueType(
    "list", "host names or addresses, as a list or comma-separated", _read_host_name, many=True, write=", ".join
)
ISSUER = ValueType("address", "https://HOST or https://HOST/PATH", _read_issuer)
LISTEN_PORT = ValueType("number", "a port, from 0 to 65535", _read_listen_port)
NETWORKS = ValueType(
    "list",
    "IP addresses and networks, such as 10.0.0.0/8, as a list or comma-separated",
    _read_network,
    many=True,
    write=", ".join,
)
ROLE_RULES = ValueType("list", f"{_ALLOWED_RULE}, as a list or comma-separated", _read_rule, many=True, write=", ".join)
ROOT = ValueType("path", "a path, such as /s1ecs", _read_root)
SCOPES = ValueType("list", "names of scopes, as a list or comma-separated", _read_printable, many=True, write=", ".join)

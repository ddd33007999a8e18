"""Addresses of consoles and proxies: what users type, cleaned to what a client needs."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
_PROXY_SCHEMES = ("http", "https")
_DATABASE_SCHEMES = ("postgresql", "postgres")
_BROKER_PORT = 9092
_PORTS = {"http": 80, "https": 443}

# The texts below never repeat the address: it may hold a password, or a token in its query.


def clean_address(text: str, *, allow_http: bool = False) -> str:
    """Clean a console's address to scheme, host and port; a ValueError says what is wrong with it.

    Without a scheme https is meant; path and query are dropped. Plain http is for this machine only, unless allowed.
    """
    parts = _split(text, default_scheme="https")
    if parts.scheme not in {"http", "https"}:
        raise ValueError("not the address of a console; allowed: https://HOST or https://HOST:PORT")
    if "@" in parts.netloc:
        raise ValueError(
            "contains a user or password, which would end up in logs; write only the host and set the token separately"
        )
    host = _host(parts)
    if parts.scheme == "http" and not allow_http and not is_loopback(host):
        raise ValueError(
            "unencrypted HTTP would expose the token to anyone on the network path; use https://, "
            "or set allow_http: true if you trust the network"
        )
    return f"{parts.scheme}://{_in_brackets(host)}{_port(parts)}"


def clean_proxy(text: str) -> str:
    """Clean a proxy's address to scheme, user, password, host and port; a ValueError says what is wrong with it."""
    parts = _split(text, default_scheme="http")
    if parts.scheme not in _PROXY_SCHEMES:
        raise ValueError("not the address of a proxy; allowed: http://[USER:PASSWORD@]HOST:PORT")
    user, at, _ = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{user}{at}{_in_brackets(_host(parts))}{_port(parts)}"


def clean_database(text: str) -> str:
    """Clean the URL of a PostgreSQL database; a ValueError says what is wrong with it, never the URL itself."""
    url = text.strip()
    scheme, separator, rest = url.partition("://")
    if scheme not in _DATABASE_SCHEMES or not separator:
        raise ValueError(
            "not the URL of a PostgreSQL database; allowed: postgresql://[USER[:PASSWORD]@]HOST[:PORT]/NAME"
        )
    if not rest.isprintable() or " " in rest:
        raise ValueError("contains spaces or control characters; percent-encode those of a password")
    return f"postgresql://{rest}"


def clean_server(text: str) -> str:
    """Clean a search server's address to scheme, host, port and path; a ValueError says what is wrong with it.

    Without a scheme https is meant, without a port that of the scheme.
    """
    parts = _split(text, default_scheme="https")
    if parts.scheme not in _PORTS:
        raise ValueError("not the address of a server; allowed: https://HOST:PORT")
    if "@" in parts.netloc:
        raise ValueError(
            "contains a user or password, which would end up in logs; set username and password separately"
        )
    port = _port(parts) or f":{_PORTS[parts.scheme]}"
    return f"{parts.scheme}://{_in_brackets(_host(parts))}{port}{parts.path.rstrip('/')}"


def clean_broker(text: str) -> str:
    """Clean a Kafka broker's address to host and port, 9092 by default; a ValueError says what is wrong with it."""
    if "://" in text or re.search(r"[@/?#]", text):
        raise ValueError("not the address of a broker; allowed: HOST or HOST:PORT")
    try:
        parts = _split(text, default_scheme="kafka")
        return f"{_in_brackets(_host(parts))}{_port(parts) or f':{_BROKER_PORT}'}"
    except ValueError as problem:
        raise ValueError(str(problem).replace("https://", "")) from None


def is_loopback(host: str) -> bool:
    """Return True if a host is this machine itself: localhost, 127.0.0.0/8 or ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(text: str, default_scheme: str) -> SplitResult:
    trimmed = text.strip()
    if not trimmed:
        raise ValueError("is empty; allowed: https://HOST or https://HOST:PORT")
    if re.search(r"[\s\\\x00-\x1f\x7f]", trimmed):
        raise ValueError("contains spaces, backslashes or control characters; allowed: https://HOST or HOST:PORT")
    if "://" not in trimmed.split("?")[0]:
        trimmed = f"{default_scheme}://{trimmed.lstrip('/')}"
    try:
        return urlsplit(trimmed)
    except ValueError:
        raise ValueError("not an address; allowed: https://HOST or https://HOST:PORT") from None


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    if not host:
        raise ValueError("names no host; allowed: https://HOST or https://HOST:PORT")
    if ":" in host or re.fullmatch(r"[0-9.]+", host):
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            address = None
        if address is None or "%" in host:
            raise ValueError("its host is not an IP address; allowed: https://192.0.2.1 or https://[2001:db8::1]")
        return str(address)
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not _HOST_NAME.fullmatch(name):
        raise ValueError("its host is not a name; allowed: letters, digits, hyphens and dots")
    return name


def _port(parts: SplitResult) -> str:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port is None:
        return ""
    if port == 0:
        raise ValueError("its port is not a number from 1 to 65535")
    return f":{port}"


def _in_brackets(host: str) -> str:
    return f"[{host}]" if ":" in host else host

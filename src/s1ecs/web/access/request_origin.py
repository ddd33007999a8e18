"""Checks of Host and Origin: a foreign name that leads here, and a foreign page that sends forms here, are refused."""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class OriginCheck:
    """Names by which the page may be reached: loopback, the listening address, and those of the settings."""

    names: Collection[str] = ()

    def refusal(self, request: HTTPConnection) -> str:
        """Return why a request is refused; "" where it is not."""
        host = request.headers.get("host", "")
        name = _host_name(host)
        if name is None or not self._is_ours(name, request):
            return (
                f"This page is not served under the name {host[:100]!r}. Open it by its own address, or add the name "
                "to the setting web_hosts."
            )
        return _foreign_origin(request, host)

    def _is_ours(self, name: str, request: HTTPConnection) -> bool:
        return name in _LOOPBACK or name in self.names or name == _listening_address(request)


def _listening_address(request: HTTPConnection) -> str | None:
    """Return the address at which the connection arrived: where the page listens at all, any of the machine's."""
    server = request.scope.get("server")
    try:
        return str(ipaddress.ip_address(server[0])) if server else None
    except ValueError:
        return None


def _host_name(host: str) -> str | None:
    """Return the name of a Host header without its port; None where it is not one."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    if not parts.hostname or parts.path or parts.query or parts.fragment or "@" in host:
        return None
    return parts.hostname.rstrip(".")


def _foreign_origin(request: HTTPConnection, host: str) -> str:
    method = request.scope["method"]
    origins = request.headers.getlist("origin")
    if len(origins) > 1:
        return "The request has several origins."
    origin = origins[0] if origins else ""
    if not origin:
        sent = request.headers.get("sec-fetch-site", "")
        foreign = method not in SAFE_METHODS and sent not in {"", "same-origin", "none"}
        return "Forms of other sites are not accepted." if foreign else ""
    if origin == "null":
        return "" if method in SAFE_METHODS else "Forms of other sites are not accepted."
    scheme = request.scope.get("scheme", "http")
    if _origin_of(origin) == _origin_of(f"{scheme}://{host}"):
        return ""
    return (
        f"Requests from {origin[:100]!r} are not accepted. If that is the address of this page, let the proxy keep the "
        "header Host, send X-Forwarded-Proto, and name the proxy in the setting web_proxies."
    )


def _origin_of(address: str) -> tuple[str, str | None, int | None] | None:
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None

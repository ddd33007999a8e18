"""Explanations of missing responses, with the cure, from exceptions of the HTTP library, sockets and TLS."""

import socket
import ssl
from urllib.parse import urlsplit

import httpx2

from s1ecs.errors import causes_of
from s1ecs.open_files import at_limit
from s1ecs.sentinelone.transport import Connection


def why_no_answer(error: httpx2.HTTPError, connection: Connection) -> str:
    """Tell what broke before an answer began, and what to do now."""
    address = urlsplit(connection.url)
    host = address.hostname
    way = " through the proxy" if connection.proxy else ""
    causes = list(causes_of(error))
    late = f"timed out, no response within {connection.read_timeout:g} s"
    if (limit := at_limit(*causes)) is not None:
        return f"no connection to {host}{way}: {limit}"
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                f"the TLS certificate of {host} is not trusted ({cause.verify_message}): set 'ca_file' to the "
                "certificates of the authority that signed it; 'url' must contain the host name for which it was issued"
            )
    # The first kind found counts: the library wraps sockets' and TLS's errors into its own, which say less.
    texts: list[tuple[type[BaseException], str]] = [
        (httpx2.ProxyError, "the proxy refused the connection: check the setting 'proxy'"),
        (
            httpx2.ConnectTimeout,
            f"no connection to {host}{way} within {connection.connect_timeout:g} s: check 'url', firewall and 'proxy'",
        ),
        (httpx2.TimeoutException, f"{late}: if this persists, set a longer 'read_timeout' or a smaller 'page_size'"),
        (socket.gaierror, f"host name not found: {host}{way}: check 'url' and name resolution on this machine"),
        (
            ConnectionRefusedError,
            f"connection to {address.netloc}{way} refused, nothing is listening there: check 'url' and 'proxy'",
        ),
        (ssl.SSLError, f"TLS could not be established with {host}{way}: check that 'url' names an https port"),
        (httpx2.ConnectError, f"no connection to {host}{way}: check 'url', network, firewall and 'proxy'"),
    ]
    for kind, text in texts:
        if any(isinstance(cause, kind) for cause in causes):
            return text
    return (
        f"the connection to {host}{way} was lost before a response arrived: if this persists, check 'proxy' and the "
        "network"
    )

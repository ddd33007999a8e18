"""Why no answer came, in words, with the cure: from the exceptions of the HTTP library, the sockets and TLS."""

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2

from s1ecs.api.connection import Connection


def why_no_answer(error: httpx2.HTTPError, connection: Connection) -> str:
    """Tell what broke before an answer began, and what to do now."""
    address = urlsplit(connection.url)
    host = address.hostname
    way = " by way of the proxy" if connection.proxy else ""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                f"the TLS certificate of {host} is not trusted ({cause.verify_message}): set 'ca_file' to the "
                "certificates of the authority that signed it; 'url' must hold the host name for which it was issued"
            )
    # The first kind found counts: the library wraps sockets' and TLS's errors into its own, which say less.
    texts: list[tuple[type[BaseException], str]] = [
        (httpx2.ProxyError, "the proxy refused the connection: check the setting 'proxy'"),
        (
            httpx2.ConnectTimeout,
            f"no connection to {host}{way} within {connection.connect_timeout:g} s: check 'url', firewall and 'proxy'",
        ),
        (
            httpx2.TimeoutException,
            f"timed out, no answer within {connection.read_timeout:g} s: if it lasts, set a smaller 'page_size'",
        ),
        (socket.gaierror, f"host name not found: {host}{way}: check 'url' and this machine's name service"),
        (
            ConnectionRefusedError,
            f"connection to {address.netloc}{way} refused, nothing listens there: check 'url', and 'proxy'",
        ),
        (ssl.SSLError, f"no TLS with {host}{way}: check that 'url' names an https port"),
        (httpx2.ConnectError, f"no connection to {host}{way}: check 'url', network, firewall and 'proxy'"),
    ]
    for kind, text in texts:
        if any(isinstance(cause, kind) for cause in causes):
            return text
    return f"the connection to {host}{way} broke before an answer came: if it lasts, look at 'proxy' and the network"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for member in error.exceptions:
                yield from _causes(member)
        error = error.__cause__ or error.__context__

"""Reasons for a missing response of a search server, with the cure; and whether it may have received the request."""

import socket
import ssl
from urllib.parse import urlsplit

import httpx2

from s1ecs.errors import causes_of
from s1ecs.open_files import at_limit
from s1ecs.outputs.search.client.response_body import ResponseTooLarge
from s1ecs.outputs.search.client.tls_fingerprint import FingerprintMismatch


def may_be_received(error: BaseException) -> bool:
    """Return False where no connection was established: the server surely did not receive the request."""
    return not isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.ProxyError)


def why_silent(error: BaseException, address: str, *, by_proxy: bool) -> str:
    """Return what failed before the response was complete, and what to do now."""
    parts = urlsplit(address)
    host = parts.netloc
    to = f"{host} through the proxy" if by_proxy else host
    causes = list(causes_of(error))
    if (limit := at_limit(*causes)) is not None:
        return f"no connection to {to}: {limit}"
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError) and hasattr(cause, "verify_message"):
            return (
                f"the TLS certificate of {host} is not trusted ({cause.verify_message}): set ca_file to the "
                "certificate of the authority that signed it, or ca_fingerprint; hosts must hold its name"
            )

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    is_unconnected = isinstance(error, httpx2.ConnectError)
    # A connection that is closed during the handshake, too.
    is_tls = parts.scheme == "https" and has(ssl.SSLError, ConnectionResetError, ConnectionAbortedError)
    # The first row that holds counts: the library wraps errors of sockets and TLS into its own, which say less.
    rows = [
        (
            isinstance(error, ResponseTooLarge),
            f"{to} sent a response larger than 'max_answer': check hosts, and any gateway in front of the server",
        ),
        (
            isinstance(error, FingerprintMismatch),
            f"{host} presents no certificate with that ca_fingerprint: compare it with the server's",
        ),
        (isinstance(error, httpx2.ProxyError), f"the proxy refused the connection to {host}: check proxy"),
        (
            isinstance(error, httpx2.ConnectTimeout),
            f"connecting to {to} timed out: check hosts, firewall and proxy",
        ),
        (
            is_unconnected and is_tls,
            f"no TLS with {to}: hosts says https, the server seems to speak plain HTTP: use http:// or its TLS port",
        ),
        (is_unconnected and by_proxy, "the proxy can't be reached: check proxy"),
        (
            has(socket.gaierror),
            f"host name not found: {parts.hostname}: check hosts and this machine's name service",
        ),
        (has(ConnectionRefusedError), f"connection to {to} refused, nothing listens there: check hosts"),
        (is_unconnected, f"no connection to {to}: check hosts, network, firewall and proxy"),
        (has(TimeoutError), f"{to} did not respond in time: check its load and its log"),
    ]
    other = (
        f"the connection to {to} broke before the response was complete: check hosts, the server's log and the network"
    )
    return next((text for holds, text in rows if holds), other)

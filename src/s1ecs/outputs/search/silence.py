"""Why no answer came from a search server, in words, with the cure; and whether it may have got the request."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import aiohttp


def was_sent(error: BaseException) -> bool:
    """Whether the server may have got the request: not where no connection came about."""
    return not isinstance(
        error,
        aiohttp.ClientConnectorError
        | aiohttp.ConnectionTimeoutError
        | aiohttp.ClientHttpProxyError
        | aiohttp.ServerFingerprintMismatch,
    )


def why_silent(error: BaseException, address: str, *, by_proxy: bool) -> str:
    """Tell what broke before an answer came, and what to do now."""
    parts = urlsplit(address)
    host = parts.netloc
    way = " by way of the proxy" if by_proxy else ""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError) and hasattr(cause, "verify_message"):
            return (
                f"the TLS certificate of {host} is not trusted ({cause.verify_message}): set ca_file to the "
                "certificate of the authority that signed it, or ca_fingerprint; hosts must hold its name"
            )
    no_tls = (
        f"no TLS with {host}{way}: hosts says https, but what listens there speaks plain HTTP, it seems: write "
        "http://, or name its https port"
    )
    # A connection came about, and was broken off over its first bytes.
    cut = [cause for cause in causes if isinstance(cause, ConnectionResetError | ConnectionAbortedError)]
    if parts.scheme == "https" and cut and isinstance(error, aiohttp.ClientConnectorError):
        return no_tls
    # The first kind found counts: the library wraps sockets' and TLS's errors into its own, which say less.
    texts: list[tuple[type[BaseException], str]] = [
        (
            aiohttp.ServerFingerprintMismatch,
            f"{host} shows no certificate with that ca_fingerprint: compare it with the server's",
        ),
        (aiohttp.ClientHttpProxyError, f"the proxy refused the connection to {host}: check proxy"),
        (aiohttp.ClientProxyConnectionError, "the proxy can't be reached: check proxy"),
        (socket.gaierror, f"host name not found: {parts.hostname}: check hosts and this machine's name service"),
        (ConnectionRefusedError, f"connection to {host}{way} refused, nothing listens there: check hosts"),
        (
            aiohttp.ConnectionTimeoutError,
            f"no connection to {host}{way} came about in time: check hosts, firewall and proxy",
        ),
        (asyncio.TimeoutError, f"{host}{way} did not answer in time: look at its load and its log"),
        (ssl.SSLError, no_tls),
        (aiohttp.ClientResponseError, f"{host}{way} answers, but not as an HTTP server does: check hosts"),
        (aiohttp.ClientConnectorError, f"no connection to {host}{way}: check hosts, network, firewall and proxy"),
    ]
    for kind, text in texts:
        if any(isinstance(cause, kind) for cause in causes):
            return text
    return f"the connection to {host}{way} broke before an answer came: look at the server's log and at the network"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        # Where the HTTP library keeps what it wraps.
        for name in ("certificate_error", "os_error"):
            inner = getattr(error, name, None)
            if isinstance(inner, BaseException):
                yield inner
        error = error.__cause__ or error.__context__

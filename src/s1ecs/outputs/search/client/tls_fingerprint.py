"""Trust by the fingerprint of an authority's certificate, as Elasticsearch prints it at its first start.

The certificate is taken from a first TLS handshake, after which the connection is closed: nothing is sent over it. From
then on the server's certificates are verified against it, name and date included.
"""

import hashlib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx2

CONNECT_SECONDS = 10.0


class FingerprintMismatch(httpx2.ConnectError):
    """A server presents no certificate with the wanted fingerprint."""


class _HandshakeDone(Exception):
    """The handshake is over: end the connection."""


async def pinned_context(fingerprint: str, url: httpx2.URL, proxy: httpx2.Proxy | None) -> ssl.SSLContext:
    """Return a context that trusts the certificate with this SHA-256 (hex) and nothing else.

    The certificate must be among those that the server presents: an authority's, or the server's own. Raise what a
    request raises, and FingerprintMismatch.
    """
    wanted = bytes.fromhex(fingerprint.replace(":", ""))
    for number, certificate in enumerate(await _presented(url, proxy)):
        if hashlib.sha256(certificate).digest() == wanted:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(cadata=certificate)
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            # The fingerprint of a server's own certificate means this server alone, whatever its name.
            context.check_hostname = number > 0
            return context
    raise FingerprintMismatch("no certificate has the fingerprint")


async def _presented(url: httpx2.URL, proxy: httpx2.Proxy | None) -> list[bytes]:
    """Return the certificates that the server presents, its own first, not verified yet."""
    presented: list[bytes] = []
    # A proxy's own TLS is an event of the first kind, too.
    handshake = "connection.start_tls.complete" if proxy is None else "proxy.start_tls.complete"

    async def trace(event: str, details: Mapping[str, Any]) -> None:
        if event == handshake:
            stream = details["return_value"]
            presented.extend(_chain(stream.get_extra_info("ssl_object")))
            await stream.aclose()
            raise _HandshakeDone

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    request = httpx2.Request("HEAD", url, extensions={"timeout": {"connect": CONNECT_SECONDS}, "trace": trace})
    async with httpx2.AsyncHTTPTransport(verify=context, proxy=proxy, trust_env=False) as transport:
        with suppress(_HandshakeDone):
            await transport.handle_async_request(request)
    return presented


def _chain(tls: ssl.SSLObject) -> list[bytes]:
    # Public from Python 3.13 on.
    public = getattr(tls, "get_unverified_chain", None)
    if public is not None:
        return list(public())
    chain = tls._sslobj.get_unverified_chain()  # type: ignore[attr-defined]  # noqa: SLF001 - there is no other way
    return [ssl.PEM_cert_to_DER_cert(certificate.public_bytes()) for certificate in chain or ()]

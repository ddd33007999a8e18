"""Trust by the fingerprint of an authority's certificate, as Elasticsearch prints it at its first start.

The certificate is taken from what the server shows of itself in a first handshake, over which nothing is sent. From
then on it is what the server's certificates are verified against, name and date included.
"""

import hashlib
import ssl
from asyncio import Transport
from contextlib import suppress

import aiohttp

_SECONDS = 20.0


async def trusting(fingerprint: str, address: str, proxy: str | None) -> ssl.SSLContext:
    """A context that trusts what has this SHA-256 (hex) and nothing else; raise what the HTTP library raises.

    The certificate must be among those that the server shows: an authority's, or the server's own.
    """
    finder = _Finder(bytes.fromhex(fingerprint.replace(":", "")))
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=finder), proxy=proxy, timeout=aiohttp.ClientTimeout(total=_SECONDS)
    ) as session:
        with suppress(aiohttp.ServerFingerprintMismatch):
            await session.head(address)
    if finder.found is None:
        raise aiohttp.ServerFingerprintMismatch(finder.fingerprint, b"", address, 0)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=finder.found)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    # Whoever names the server's own certificate means just this server.
    context.check_hostname = not finder.is_own
    return context


class _Finder(aiohttp.Fingerprint):
    """Looks at the certificates of a handshake and always ends the connection."""

    found: bytes | None = None
    is_own = False

    def check(self, transport: Transport) -> None:
        for number, certificate in enumerate(_shown(transport.get_extra_info("ssl_object"))):
            if hashlib.sha256(certificate).digest() == self.fingerprint:
                self.found, self.is_own = certificate, number == 0
        raise aiohttp.ServerFingerprintMismatch(self.fingerprint, b"", "", 0)


def _shown(tls: ssl.SSLObject) -> list[bytes]:
    """The certificates that the server showed, its own first, verified by nobody yet."""
    # Public from Python 3.13 on.
    public = getattr(tls, "get_unverified_chain", None)
    if public is not None:
        return list(public())
    shown = tls._sslobj.get_unverified_chain()  # type: ignore[attr-defined]  # noqa: SLF001 - there is no other way
    return [ssl.PEM_cert_to_DER_cert(certificate.public_bytes()) for certificate in shown or ()]

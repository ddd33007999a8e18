"""A certificate authority of a test's own, and a server with a certificate of it that answers every request with {}."""

import asyncio
import hashlib
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

_SUBJECT = ("-subj", "/CN={name}", "-days", "2", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")


class Authority:
    """Its certificate is `certificate`, that of its server `own`, with the key `key`; all PEM files."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("the program openssl is not there")
        self._folder = folder
        self.certificate = folder / "authority.pem"
        self.own = folder / "own.pem"
        self.key = folder / "own.key"
        key = folder / "authority.key"
        self._make("req", "-x509", *self._subject("authority"), "-keyout", key, "-out", self.certificate)
        self._make("req", *self._subject("server"), "-keyout", self.key, "-out", folder / "own.csr")
        (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
        self._make("x509", "-req", "-in", folder / "own.csr", "-CA", self.certificate, "-CAkey", key, "-CAcreateserial",
            "-days", "2", "-extfile", folder / "names", "-out", self.own)  # fmt: skip

    def fingerprint(self, certificate: Path) -> str:
        """The SHA-256 of a certificate as programs print it."""
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest().upper()
        return ":".join(digest[place : place + 2] for place in range(0, 64, 2))

    def context(self, *shown: Path) -> ssl.SSLContext:
        """What a server needs that shows its own certificate and these."""
        chain = self._folder / "chain.pem"
        chain.write_text("".join(path.read_text() for path in (self.own, *shown)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, self.key)
        return context

    def _subject(self, name: str) -> list[str]:
        return [each.format(name=name) for each in _SUBJECT]

    def _make(self, *arguments: str | Path) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)


OK = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}"


@asynccontextmanager
async def answering(
    context: ssl.SSLContext | None = None, answer: bytes = OK, port: int = 0
) -> AsyncIterator[tuple[str, list[str]]]:
    """A server's address, and the heads of the requests that it got; it always gives this answer."""
    heads: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"{'https' if context else 'http'}://127.0.0.1:{port}", heads


@asynccontextmanager
async def tunnelling(status: int = 200, context: ssl.SSLContext | None = None) -> AsyncIterator[tuple[str, list[str]]]:
    """A proxy's address, and the heads of the requests that it got; it tunnels to where CONNECT wants, or refuses."""
    heads: list[str] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(65_536):
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(f"HTTP/1.1 {status} told\r\n\r\n".encode())
        if status == 200:
            host, _, port = heads[-1].split()[1].rpartition(":")
            there, back = await asyncio.open_connection(host, int(port))
            await asyncio.gather(pump(reader, back), pump(there, writer))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}", heads

"""The HTTP client of search servers."""

import asyncio
import base64
import gzip
import socket
import struct
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from s1ecs.errors import ServerSilent, SettingsError
from s1ecs.outputs.search.client.connect import connect
from s1ecs.outputs.search.client.login import SearchSettings, api_key, basic, bearer
from s1ecs.outputs.search.client.server import SearchServer

from .authority import Authority, answering, tunnelling


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One authority for all tests."""
    return Authority(tmp_path_factory.mktemp("authority"))


@asynccontextmanager
async def connected(*hosts: str, **more: Any) -> AsyncIterator[SearchServer]:
    """A server of these hosts."""
    server = connect(SearchSettings("elasticsearch", "search", hosts, **more))
    try:
        yield server
    finally:
        await server.close()


def test_logins_on_the_wire() -> None:
    """User and password, key as id:key or encoded, and token become the headers that servers know."""
    assert basic("u", "p:\u00e4") == "Basic " + base64.b64encode("u:p:\u00e4".encode()).decode()
    assert api_key("id:key") == f"ApiKey {base64.b64encode(b'id:key').decode()}" == api_key("aWQ6a2V5")
    assert bearer("t") == "Bearer t"


async def test_request_as_it_is_sent() -> None:
    """Path, query, login and user agent arrive as they are; the path of an address stands before."""
    async with (
        answering() as (address, heads),
        connected(f"{address}/below", login=lambda: bearer("t"), user_agent="s1ecs/1") as server,
    ):
        reply = await server.request("GET", "/a%2Fb", query={"filter_path": "a,b"})
    assert (reply.status, reply.body, reply.node) == (200, {}, f"{address}/below")
    [head] = heads
    assert head.startswith("GET /below/a%2Fb?filter_path=a")
    assert "bearer t" in head.lower()
    assert "user-agent: s1ecs/1" in head.lower()


async def test_redirects_are_not_followed() -> None:
    """Whoever a node redirects to gets nothing; the answer tells where that was, without what may be secret."""
    async with answering() as (other, heads):
        host = other.removeprefix("http://")
        for status in (301, 307, 308):
            to = f"http://user:secret@{host}/x?key=secret"
            answer = f"HTTP/1.1 {status} Moved\r\nlocation: {to}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            async with answering(answer=answer.encode()) as (address, _), connected(address) as server:
                reply = await server.request("POST", "/x", b"{}")
            assert (reply.status, reply.redirect, reply.is_json) == (status, other, False)
    assert heads == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'"x"'])
async def test_what_is_no_object(body: bytes) -> None:
    """A body that is no JSON object is marked as such."""
    head = f"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    async with answering(answer=head + body) as (address, _), connected(address) as server:
        reply = await server.request("GET", "/")
    assert (reply.status, reply.body, reply.is_json) == (200, {}, False)


async def test_https_to_a_plain_port() -> None:
    """Where hosts says https and nothing there speaks TLS, the line says that, whether it answers or hangs up."""

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    for serve in (hang_up, answer):
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            async with connected(f"https://127.0.0.1:{port}") as server:
                with pytest.raises(ServerSilent, match=r"hosts says https, .* plain HTTP"):
                    await server.request("GET", "/")


async def test_authority_by_file(authority: Authority) -> None:
    """Without the authority nothing is sent and the line names the cure; with its file the server is trusted."""
    async with answering(authority.context()) as (address, heads):
        async with connected(address) as server:
            with pytest.raises(ServerSilent, match=r"certificate of 127.0.0.1:.* is not trusted .*set ca_file"):
                await server.request("GET", "/")
        assert heads == []
        async with connected(address, ca_file=authority.certificate) as server:
            assert (await server.request("GET", "/")).status == 200


async def test_authority_by_fingerprint(authority: Authority) -> None:
    """A server is trusted that shows the named certificate, its authority's or its own; any other gets nothing."""
    async with answering(authority.context(authority.certificate)) as (address, heads):
        for certificate in (authority.certificate, authority.own):
            async with connected(address, ca_fingerprint=authority.fingerprint(certificate)) as server:
                assert (await server.request("GET", "/")).status == 200
        heads.clear()
        async with connected(address, ca_fingerprint="00" * 32) as server:
            with pytest.raises(ServerSilent, match=r"no certificate with that ca_fingerprint"):
                await server.request("GET", "/")
        assert heads == []


async def test_shown_but_not_signed(authority: Authority, tmp_path: Path) -> None:
    """Who only shows the authority's certificate beside one that it did not sign gets nothing."""
    other = Authority(tmp_path)
    async with (
        answering(other.context(authority.certificate)) as (address, heads),
        connected(address, ca_fingerprint=authority.fingerprint(authority.certificate)) as server,
    ):
        with pytest.raises(ServerSilent, match=r"is not trusted"):
            await server.request("GET", "/")
        assert heads == []


async def test_proxy() -> None:
    """Requests go to the proxy, with its login; one that is not there is named, without that login."""
    async with answering() as (proxy, heads):
        by_proxy = proxy.replace("//", "//user:secret@")
        async with connected("http://search.invalid:9200", proxy=by_proxy) as server:
            assert (await server.request("GET", "/x")).status == 200
    [head] = heads
    assert head.startswith("GET http://search.invalid:9200/x ")
    assert f"basic {base64.b64encode(b'user:secret').decode()}".lower() in head.lower()
    async with connected("http://search.invalid:9200", proxy=by_proxy) as server:
        with pytest.raises(ServerSilent, match=r"search: the proxy can't be reached: check proxy") as raised:
            await server.request("GET", "/x")
    assert "secret" not in str(raised.value)


async def test_tunnel_through_a_proxy(authority: Authority) -> None:
    """To https a proxy only tunnels: the server's certificate counts, and the fingerprint's is the server's."""
    mine = authority.fingerprint(authority.certificate)
    async with (
        answering(authority.context(authority.certificate)) as (address, heads),
        tunnelling() as (proxy, asked),
    ):
        by_proxy = proxy.replace("//", "//user:secret@")
        for trust in ({"ca_file": authority.certificate}, {"ca_fingerprint": mine}):
            async with connected(address, proxy=by_proxy, **trust) as server:
                assert (await server.request("GET", "/x")).status == 200
        async with connected(address, proxy=by_proxy, ca_fingerprint="00" * 32) as server:
            with pytest.raises(ServerSilent, match="no certificate with that ca_fingerprint"):
                await server.request("GET", "/x")
    assert len(heads) == 2
    assert all(head.startswith(f"CONNECT {address.removeprefix('https://')} ") for head in asked)
    login = base64.b64encode(b"user:secret").decode()
    assert all(login in head for head in asked)
    assert not any(login in head for head in heads)
    async with tunnelling(403) as (proxy, _), connected("https://search.invalid:9200", proxy=proxy) as server:
        with pytest.raises(ServerSilent, match=r"the proxy refused the connection to search.invalid:9200: check proxy"):
            await server.request("GET", "/x")


async def test_proxy_with_tls(authority: Authority) -> None:
    """A proxy that is reached by https is trusted by the same `ca_file` as the server behind it."""
    async with (
        answering(authority.context()) as (address, heads),
        tunnelling(context=authority.context()) as (proxy, _),
        connected(address, proxy=proxy, ca_file=authority.certificate) as server,
    ):
        assert (await server.request("GET", "/x")).status == 200
        assert len(heads) == 1
    async with (
        tunnelling(context=authority.context()) as (proxy, asked),
        connected("http://search.invalid:9200", proxy=proxy) as server,
    ):
        with pytest.raises(ServerSilent, match="is not trusted"):
            await server.request("GET", "/x")
        assert asked == []


async def test_cookies_are_not_kept() -> None:
    """What a server or gateway wants to be sent back is not sent back."""
    answer = b"HTTP/1.1 200 OK\r\nset-cookie: a=b\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}"
    async with answering(answer=answer) as (address, heads), connected(address) as server:
        for _ in range(2):
            await server.request("GET", "/")
    assert "cookie" not in "".join(heads).lower()


async def test_next_host_only_where_nothing_was_sent() -> None:
    """A name that is not found and a closed port are passed over; each is named where no host is left."""
    hosts = ("http://127.0.0.1:1", "http://search.invalid:9200")
    async with answering() as (address, heads), connected(*hosts, address) as server:
        for _ in range(3):
            assert (await server.request("POST", "/x")).status == 200
        assert len(heads) == 3
    async with connected(*hosts) as server:
        with pytest.raises(ServerSilent) as raised:
            await server.request("POST", "/x")
    assert "connection to 127.0.0.1:1 refused" in str(raised.value)
    assert "host name not found: search.invalid" in str(raised.value)


async def test_cloud_id() -> None:
    """A Cloud ID is the address of its deployment; one that can't be read is one line without it."""
    text = base64.b64encode(b"cloud.invalid$abc$def").decode()
    server = connect(SearchSettings("elasticsearch", "search", cloud_id=f"name:{text}"))
    with pytest.raises(ServerSilent, match=r"host name not found: abc.cloud.invalid"):
        await server.request("GET", "/")
    await server.close()
    with pytest.raises(SettingsError, match=r"^search: cloud_id can't be used") as raised:
        connect(SearchSettings("elasticsearch", "search", cloud_id="name:bm90aGluZw=="))
    assert "bm90" not in str(raised.value)


def test_unusable_authority(tmp_path: Path) -> None:
    """A ca_file without a certificate is one line."""
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    with pytest.raises(SettingsError, match=r"ca_file.*holds no PEM certificate"):
        connect(SearchSettings("elasticsearch", "search", ("https://127.0.0.1:1",), ca_file=empty))


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "as it is"])
async def test_no_answer_is_read_beyond_the_limit(*, packed: bool) -> None:
    """A large answer, 200 MB packed in 200 kB or as it is, takes little memory and is one line; a bulk's, too."""
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    pieces = [packer.compress(b" " * 1_000_000) for _ in range(200)]
    body = b"".join([*pieces, packer.flush()]) if packed else b" " * 6_000_000
    packing = "content-encoding: gzip\r\n" if packed else ""
    head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n{packing}\r\n"
    async with (
        answering(answer=head.encode() + body) as (address, _),
        connected(address, max_answer=2_000_000) as server,
    ):
        for asked in (None, b"{}"):
            tracemalloc.start()
            try:
                with pytest.raises(ServerSilent, match="sent a response larger than 'max_answer'"):
                    await server.request("POST", "/_bulk", asked)
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
            assert peak < 40_000_000


async def test_packed_answers() -> None:
    """A packed answer is unpacked; one that is cut off, broken or packed in a way nobody asked for is no answer."""
    whole = gzip.compress(b'{"a": 1}')
    for body, packing, found in (
        (whole, "gzip", {"a": 1}),
        (b'{"a": 1}', "identity", {"a": 1}),
        (whole[:-4], "gzip", None),
        (b"\x1f\x8b rubbish", "gzip", None),
        (whole, "br", None),
    ):
        head = f"HTTP/1.1 200 OK\r\ncontent-encoding: {packing}\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        async with answering(answer=head + body) as (address, _), connected(address) as server:
            if found is None:
                with pytest.raises(ServerSilent):
                    await server.request("GET", "/")
            else:
                assert (await server.request("GET", "/")).body == found

import asyncio
import fcntl
import gzip
import io
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from s1ecs.errors import (
    DownloadError,
    FileExpired,
    Forbidden,
    NotFound,
    Refused,
    S1ecsError,
    Unauthorized,
    Unreachable,
    Unreadable,
)
from s1ecs.respond.files.download import Downloaded, download, is_whole
from s1ecs.sentinelone.downloads import ConsoleFile, LeastRate, SignedLink, source_of
from s1ecs.sentinelone.transport import Connection
from tests.unit.sentinelone.conftest import (
    TOKEN,
    holding,
)
from tests.unit.sentinelone.conftest import (
    console as console,  # noqa: PLC0414 - pytest finds it by its name here
)
from tests.unit.sentinelone.conftest import (
    waits as waits,  # noqa: PLC0414 - the same
)
from tests.unit.sentinelone.console import RESET, Console, error, raw, said

SIGNATURE = "b5f0c1d2e3made0up0signature"
UPLOAD = ConsoleFile("/agents/1/uploads/2")


def _zip(size: int = 1000) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        # Of a moment that is always the same.
        archive.writestr(zipfile.ZipInfo("a.txt"), bytes(size))
    return made.getvalue()


def _left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _link(console: Console) -> SignedLink:
    return SignedLink(f"{console.url}/bucket/a.zip?X-Amz-Expires=3600&X-Amz-Signature={SIGNATURE}")


def _connection(url: str, **options: Any) -> Connection:
    given: dict[str, Any] = {"token": holding(TOKEN), "attempts": 3} | options
    return Connection(console="hq", url=url, **given)


@pytest.fixture
async def connection(console: Console, waits: list[float]) -> Connection:
    """How the console is asked; no back-off is slept."""
    assert waits == []
    return _connection(console.url)


async def test_an_upload_is_fetched_with_the_token(console: Console, connection: Connection, tmp_path: Path) -> None:
    """The console's own path gets the token, the file is what was sent, and only its owner may read it."""
    console.script = [raw(_zip())]
    told: list[int] = []
    found = await download(connection, UPLOAD, tmp_path / "new" / "a.zip", tell=told.append)
    assert (tmp_path / "new" / "a.zip").read_bytes() == _zip()
    assert (found.size, told[-1]) == (len(_zip()), len(_zip()))
    assert stat.S_IMODE(found.path.stat().st_mode) == 0o600
    assert _left(found.path.parent) == ["a.zip"]
    [seen] = console.seen
    assert seen.target == "/web/api/v2.1/agents/1/uploads/2"
    assert seen.headers["authorization"] == f"ApiToken {TOKEN}"


async def test_a_signed_link_gets_no_token(console: Console, connection: Connection, tmp_path: Path) -> None:
    """The link is asked for as it is, and without any header that says who asks."""
    console.script = [raw(_zip())]
    await download(connection, _link(console), tmp_path / "a.zip")
    [seen] = console.seen
    assert seen.target.endswith(f"X-Amz-Signature={SIGNATURE}")
    assert "authorization" not in seen.headers
    assert "cookie" not in seen.headers


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        (error(410, 4100010, "Resource not found"), FileExpired, "the file is gone"),
        (error(400, 4100010, "Resource not found"), FileExpired, "3 days"),
        (said({"errors": [{"code": 4100010, "title": "Resource not found"}]}), FileExpired, "the file is gone"),
        (error(403), Forbidden, "403"),
        (error(404), NotFound, "404"),
        (error(401, 4010010), Unauthorized, "401"),
        (raw(b"<html><body>Log in</body></html>" * 10), Unreadable, "not a zip file, it begins with 'Log in"),
        (said({"data": {"success": True}}), Unreadable, "not a zip file"),
        (raw(b""), Unreadable, "not a zip file"),
        (raw(b"P"), Unreadable, "not a zip file"),
    ],
)
async def test_what_is_no_file_is_an_error_and_no_zip(
    console: Console, connection: Connection, tmp_path: Path, *, answer: bytes, kind: type[S1ecsError], text: str
) -> None:
    """An error of the API, a web page or nothing is told as what it is; no file is made of it."""
    console.script = [answer] * 3
    with pytest.raises(kind, match=text) as caught:
        await download(connection, UPLOAD, tmp_path / "a.zip")
    assert type(caught.value) is kind
    assert TOKEN not in str(caught.value)
    assert _left(tmp_path) == []


@pytest.mark.parametrize(
    ("status", "kind"), [(403, Forbidden), (404, FileExpired), (410, FileExpired), (400, Refused), (200, Unreadable)]
)
async def test_no_error_about_a_link_shows_it(
    console: Console, connection: Connection, tmp_path: Path, status: int, kind: type[S1ecsError]
) -> None:
    """What an object store answers may quote the signature; neither text, cause nor context of an error has it."""
    told = f"<Error><SignatureProvided>{SIGNATURE}</SignatureProvided></Error>".encode() * 5
    console.script = [raw(told, status)] * 3
    with pytest.raises(kind) as caught:
        await download(connection, _link(console), tmp_path / "a.zip")
    link = source_of(_link(console).address, connection)
    assert SIGNATURE not in f"{caught.getrepr(chain=True)}".replace(repr(told), "") + str(caught.value) + repr(link)


async def test_no_answer_for_a_link_shows_nothing_of_it(console: Console, tmp_path: Path, waits: list[float]) -> None:
    """Nobody listens: the host is told, the rest of the link is not."""
    connection = _connection(console.url)
    link = SignedLink(f"http://127.0.0.1:9/bucket/a.zip?Signature={SIGNATURE}")
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:9") as caught:
        await download(connection, link, tmp_path / "a.zip")
    assert SIGNATURE not in str(caught.value)
    assert caught.value.__cause__ is None
    assert len(waits) == 2
    assert _left(tmp_path) == []


async def test_a_transfer_that_breaks_begins_anew(console: Console, connection: Connection, tmp_path: Path) -> None:
    """Half a file and a lost connection are followed by the whole one, which is all that the file holds."""
    console.script = [raw(_zip()[:700], length=len(_zip())), RESET, raw(_zip(10))]
    found = await download(connection, UPLOAD, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == _zip(10)
    assert found.size == len(_zip(10))
    assert len(console.seen) == 3


async def test_a_transfer_that_stays_broken_leaves_nothing(
    console: Console, connection: Connection, tmp_path: Path
) -> None:
    """After the last attempt neither the file nor its beginning is there."""
    console.script = [raw(_zip()[:700], length=len(_zip()))] * 3
    with pytest.raises(Unreadable, match="cut off"):
        await download(connection, UPLOAD, tmp_path / "a.zip")
    assert _left(tmp_path) == []


async def test_a_file_beyond_the_limit_is_given_up(console: Console, connection: Connection, tmp_path: Path) -> None:
    """It is asked for once, and nothing of it is left."""
    console.script = [raw(_zip(100_000))]
    with pytest.raises(DownloadError, match=r"larger than 0\.05 MB"):
        await download(connection, UPLOAD, tmp_path / "a.zip", largest=50_000)
    assert _left(tmp_path) == []


async def test_an_existing_file_stays(console: Console, connection: Connection, tmp_path: Path) -> None:
    """Nothing is asked for when the name is taken, be it by a link that leads nowhere."""
    (tmp_path / "a.zip").write_text("mine")
    (tmp_path / "b.zip").symlink_to(tmp_path / "elsewhere")
    for name in ("a.zip", "b.zip"):
        with pytest.raises(DownloadError, match="already exists"):
            await download(connection, UPLOAD, tmp_path / name)
    assert (tmp_path / "a.zip").read_text() == "mine"
    assert console.seen == []


async def test_what_a_crash_left_is_no_hindrance(console: Console, connection: Connection, tmp_path: Path) -> None:
    """A beginning of an earlier process is overwritten and made private; through a link nothing is written."""
    (tmp_path / "a.zip.part").write_bytes(b"x" * 5000)
    (tmp_path / "b.zip.part").symlink_to(tmp_path / "elsewhere")
    console.script = [raw(_zip())]
    found = await download(connection, UPLOAD, tmp_path / "a.zip")
    assert found.path.read_bytes() == _zip()
    assert stat.S_IMODE(found.path.stat().st_mode) == 0o600
    with pytest.raises(DownloadError, match="cannot be written"):
        await download(connection, UPLOAD, tmp_path / "b.zip")
    assert not (tmp_path / "elsewhere").exists()


async def test_a_redirect_takes_no_token_along(console: Console, connection: Connection, tmp_path: Path) -> None:
    """A console that sends on to a file store is followed, but the token stays with the console."""
    console.script = [raw(b"", 302, Location=_link(console).address), raw(_zip())]
    await download(connection, UPLOAD, tmp_path / "a.zip")
    assert ["authorization" in seen.headers for seen in console.seen] == [True, False]


@pytest.mark.parametrize("there", ["http://127.0.0.1:9/a.zip", "ftp://127.0.0.1/a.zip", "https://user@127.0.0.1/a"])
def test_no_link_of_a_console_of_https_leads_to_plain_http(there: str) -> None:
    """What came over TLS sends nobody to where everybody may listen, nor anywhere else."""
    with pytest.raises(Refused, match="not allowed"):
        source_of(there, _connection("https://hq.example"))


async def test_redirects_come_to_an_end(console: Console, connection: Connection, tmp_path: Path) -> None:
    """A circle of them is an error, which shows no address."""
    console.script = [raw(b"", 302, Location=_link(console).address)] * 4
    with pytest.raises(Refused, match="too many redirects") as caught:
        await download(connection, _link(console), tmp_path / "a.zip")
    assert SIGNATURE not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/agents/1/uploads/2", "/agents/1/uploads/2"),
        ("agents/1/uploads/2", "/agents/1/uploads/2"),
        ("/web/api/v2.1/agents/1/uploads/2", "/agents/1/uploads/2"),
        ("https://hq.example/web/api/v2.1/agents/1/uploads/2", "/agents/1/uploads/2"),
    ],
)
def test_an_address_on_the_console_is_an_upload(text: str, path: str) -> None:
    """Relative or absolute, it is the same path below the base path."""
    assert source_of(text, _connection("https://hq.example")) == ConsoleFile(path)


@pytest.mark.parametrize("text", ["/agents/../../../login", "/agents/1/uploads/2\\..", "/a\nb", "/a#b", ""])
def test_a_path_that_climbs_is_refused(text: str) -> None:
    """The token goes to no path that is not below the API's."""
    with pytest.raises(Refused, match="not allowed"):
        source_of(text, _connection("https://hq.example"))


def test_an_address_elsewhere_is_a_signed_link() -> None:
    """Another host gets no token, however much its path looks like the console's."""
    address = "https://files.example/web/api/v2.1/agents/1/uploads/2"
    assert source_of(address, _connection("https://hq.example")) == SignedLink(address)


async def test_the_largest_answer_is_no_limit_of_files(console: Console, waits: list[float], tmp_path: Path) -> None:
    """A file has a limit of its own; the one of answers is for what is held in memory."""
    console.script = [raw(_zip())]
    found = await download(_connection(console.url, max_answer=100), UPLOAD, tmp_path / "a.zip")
    assert (found.size, waits) == (len(_zip()), [])


@pytest.mark.parametrize("there", ["https://[bad/a.zip", "https://ex\u2100ample/a.zip"])
def test_an_address_that_is_none_is_refused(there: str) -> None:
    """What no parser of addresses takes is an error of ours, which does not show it."""
    with pytest.raises(Refused, match="not allowed") as caught:
        source_of(f"{there}?sig={SIGNATURE}", _connection("https://hq.example"))
    assert SIGNATURE not in str(caught.value)


async def test_a_redirect_to_no_address_is_refused(console: Console, connection: Connection, tmp_path: Path) -> None:
    """The same where a redirect gives it."""
    console.script = [raw(b"", 302, Location=f"https://[bad/a.zip?sig={SIGNATURE}")]
    with pytest.raises(Refused, match="not allowed"):
        await download(connection, UPLOAD, tmp_path / "a.zip")


async def test_a_body_is_never_unpacked_on_its_way(console: Console, connection: Connection, tmp_path: Path) -> None:
    """A small body that would unpack to a large one is refused by its header, before any of it is read."""
    console.script = [raw(gzip.compress(_zip(1_000_000)), Content_Encoding="gzip")]
    with pytest.raises(Refused, match="compressed"):
        await download(connection, UPLOAD, tmp_path / "a.zip")
    assert _left(tmp_path) == []


async def test_a_body_that_drips_is_given_up(tmp_path: Path) -> None:
    """A byte now and then keeps no download alive: below the least rate it ends with a text of its own."""
    ended = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nPK\x03\x04")
        try:
            while not writer.is_closing():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            pass
        finally:
            writer.close()
            ended.set()

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(Refused, match="too slow"):
            await download(_connection(url), UPLOAD, tmp_path / "a.zip", least=LeastRate(100_000, 0.1))
        await ended.wait()
    assert _left(tmp_path) == []


async def test_a_file_that_got_its_name_meanwhile_is_not_written_to(
    console: Console, connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever gets the lock when another process has just given the file its name begins with a file of its own."""
    path, part = tmp_path / "a.zip", tmp_path / "a.zip.part"
    lock = fcntl.flock
    turns: list[str] = []

    def late(descriptor: int, operation: int) -> None:
        if not turns:
            part.write_bytes(b"the whole file of another")
            part.rename(path)
        turns.append("locked")
        lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    console.script = [raw(_zip())]
    with pytest.raises(DownloadError, match="already exists"):
        await download(connection, UPLOAD, path)
    assert path.read_bytes() == b"the whole file of another"
    assert (len(turns), _left(tmp_path)) == (2, ["a.zip"])


async def test_a_whole_file_is_noted_before_it_gets_its_name(
    console: Console, connection: Connection, tmp_path: Path
) -> None:
    """After a crash at any moment a file of that name is one that was noted, and is known by size and digest."""
    console.script = [raw(_zip())]
    noted: list[Downloaded] = []

    async def note(told: Downloaded) -> None:
        assert _left(tmp_path) == ["a.zip.part"]
        noted.append(told)

    found = await download(connection, UPLOAD, tmp_path / "a.zip", note=note)
    assert noted == [found]
    assert is_whole(found)
    found.path.write_bytes(_zip()[:-1] + b"x")
    assert not is_whole(found)
    assert not is_whole(Downloaded(tmp_path / "none", found.size, found.sha256))

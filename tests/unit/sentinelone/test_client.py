import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from s1ecs.errors import (
    ConsoleError,
    Forbidden,
    NotFound,
    RateLimited,
    Refused,
    ServerTrouble,
    SettingsError,
    Unauthorized,
    Unreachable,
    Unreadable,
)
from s1ecs.sentinelone.client import Client

from .conftest import TOKEN, holding
from .console import CLOSE, DATE, RESET, SILENCE, Console, cut_off, error, page, raw, said

PATH = "/cloud-detection/alerts"


async def test_request_on_the_wire(console: Console, client: Client) -> None:
    """A GET carries the token as ApiToken, and each parameter arrives as it was given, encoded exactly once."""
    console.script = [page()]
    params = {"cursor": "YWdl+/bnQ=", "createdAt__gte": "2024-01-15T10:00:00+00:00", "query": "a%3Db&c d"}
    await client.get(PATH, params)
    request = console.seen[0]
    assert request.target.startswith("/web/api/v2.1/cloud-detection/alerts?")
    assert request.params == params
    assert request.headers["authorization"] == f"ApiToken {TOKEN}"
    assert request.headers["accept"] == "application/json"


async def test_connection_is_reused(console: Console, client: Client) -> None:
    """Several requests share one connection."""
    console.script = [page(), page(), page()]
    for _ in range(3):
        await client.get(PATH)
    assert console.connections == 1


async def test_gzip_chunks_and_text_plain(console: Console, client: Client) -> None:
    """Packed and chunked answers are read, whatever their Content-Type says."""
    body = b'{"data": [{"id": "1"}]}'
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n" + body[:5] + b"\r\n"
    chunked += f"{len(body) - 5:x}".encode() + b"\r\n" + body[5:] + b"\r\n0\r\n\r\n"
    console.script = [raw(gzip.compress(body), Content_Encoding="gzip", Content_Type="text/plain"), chunked]
    for _ in range(2):
        assert [record.value for record in (await client.get(PATH)).records()] == [{"id": "1"}]


@pytest.mark.parametrize(
    ("answer", "kind", "attempts"),
    [
        (error(503), ServerTrouble, 5),
        (error(500), ServerTrouble, 5),
        (error(429), RateLimited, 5),
        (RESET, Unreachable, 5),
        (CLOSE, Unreachable, 5),
        (cut_off(), Unreadable, 3),
        (raw(b"<html><b>Gateway</b></html>"), Unreadable, 3),
        (raw(b""), Unreadable, 3),
        (raw(b"[]"), Unreadable, 3),
        (raw(b'{"data": ['), Unreadable, 3),
        (error(501), Refused, 1),
        (error(400), Refused, 1),
        (error(403), Forbidden, 1),
        (error(404), NotFound, 1),
    ],
)
async def test_attempts(
    console: Console,
    client: Client,
    waits: list[float],
    *,
    answer: bytes | str,
    kind: type[ConsoleError],
    attempts: int,
) -> None:
    """What may pass is tried five times, what can't be read three times, everything else once."""
    console.script = [answer] * 9
    with pytest.raises(kind):
        await client.get(PATH)
    assert len(console.seen) == attempts
    assert len(waits) == attempts - 1


async def test_backoff_grows(console: Console, client: Client, waits: list[float]) -> None:
    """Waits double from a second on, with up to a second of jitter, and the answer that comes in the end counts."""
    console.script = [error(502), RESET, error(500), page({"id": 1})]
    assert len((await client.get(PATH)).records()) == 1
    assert all(low <= wait <= low + 1 for low, wait in zip((1, 2, 4), waits, strict=True))


async def test_retry_after_is_obeyed(console: Console, client: Client, waits: list[float]) -> None:
    """The console's own pause is kept, in seconds or as a date of its own clock; five seconds if it says none."""
    at = "Mon, 23 Nov 2026 10:00:20 GMT"
    console.script = [error(429, Retry_After="7"), error(503, Retry_After=at, Date=DATE), error(429), page()]
    await client.get(PATH)
    assert [round(wait) for wait in waits] == [7, 20, 5]


async def test_long_pause_ends_the_attempts(console: Console, client: Client, waits: list[float]) -> None:
    """A pause longer than the bound is not slept away: the error carries it."""
    console.script = [error(429, Retry_After="600")]
    with pytest.raises(RateLimited) as caught:
        await client.get(PATH)
    assert (caught.value.retry_after, waits) == (600, [])


async def test_time_out(console: Console, client_for: Callable[..., Any]) -> None:
    """A silent console is given up after the read time-out, with the seconds in the text."""
    client = await client_for(console.url, read_timeout=0.05, attempts=2)
    console.script = [SILENCE, SILENCE]
    with pytest.raises(Unreachable, match=r"timed out, no response within 0\.05 s"):
        await client.get(PATH)
    assert len(console.seen) == 2


async def test_unreachable_texts(client_for: Callable[..., Any], unused_tcp_port: int) -> None:
    """A closed port and an unknown host are told apart, each with its cure."""
    closed = await client_for(f"http://127.0.0.1:{unused_tcp_port}", attempts=1)
    with pytest.raises(Unreachable, match=r"default: GET /user: connection to 127\.0\.0\.1:\d+ refused.*'url'"):
        await closed.get("/user")
    unknown = await client_for("https://no-such-console.invalid", attempts=1)
    with pytest.raises(Unreachable, match=r"host name not found: no-such-console\.invalid: check 'url'"):
        await unknown.get("/user")


async def test_no_tls(client_for: Callable[..., Any]) -> None:
    """A port that speaks no TLS is named as such."""

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    client = await client_for(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", attempts=1)
    with pytest.raises(
        Unreachable, match=r"TLS could not be established with 127\.0\.0\.1: check that 'url' names an https port"
    ):
        await client.get("/user")
    server.close()


async def test_renewed_token(console: Console, client_for: Callable[..., Any]) -> None:
    """After a 401 the token is read again, and a new one is tried at once and kept."""
    client = await client_for(console.url, token=holding("old-old-old", "new-new-new"))
    console.script = [error(401, 4010010), page(), page()]
    await client.get(PATH)
    await client.get(PATH)
    sent = [request.headers["authorization"] for request in console.seen]
    assert sent == ["ApiToken old-old-old", "ApiToken new-new-new", "ApiToken new-new-new"]


async def test_same_token_is_not_tried_again(console: Console, client: Client) -> None:
    """A 401 with an unchanged token is final and tells where to get a new one."""
    console.script = [error(401, 4010010, "Authentication Failed")] * 3
    with pytest.raises(Unauthorized) as caught:
        await client.get(PATH, {"query": "hidden"})
    assert [request.target.rpartition("v2.1")[2] for request in console.seen[1:]] == ["/user", "/system/info"]
    failed = "default: GET /cloud-detection/alerts: 401 Authentication Failed (4010010)"
    assert str(caught.value).startswith(f"{failed}: the console rejects the token everywhere: it is missing, wrong")
    assert "API Token Operators" in str(caught.value)
    assert (caught.value.problem.status, caught.value.problem.code) == (401, 4010010)
    assert caught.value.request == f"GET {PATH}"


@pytest.mark.parametrize(
    ("answers", "elsewhere", "cure"),
    [
        ([said({"data": {}})], True, "the token itself is valid"),
        ([error(403, 4030010)], True, "the token itself is valid"),
        ([error(401), said({"data": {}})], True, "the token itself is valid"),
        ([error(401), error(401)], False, "generate a new one"),
        ([error(403)], None, "it is unknown whether it accepts it elsewhere"),
        ([error(503)], None, "it is unknown whether it accepts it elsewhere"),
        (["reset"], None, "it is unknown whether it accepts it elsewhere"),
    ],
)
async def test_a_new_token_is_advised_only_where_it_works_nowhere(
    console: Console, client: Client, answers: list[bytes | str], *, elsewhere: bool | None, cure: str
) -> None:
    """After a 401 for one path another path is asked with the same token, and its answer decides what is advised."""
    console.script = [error(401, 4010010, "Authentication Failed"), *answers]
    with pytest.raises(Unauthorized) as caught:
        await client.get(PATH)
    assert caught.value.elsewhere is elsewhere
    assert cure in str(caught.value)
    assert ("generate a new one" in str(caught.value)) is (elsewhere is False)
    assert not console.script


async def test_a_token_that_expires_meanwhile_is_told_as_that(console: Console, client: Client) -> None:
    """That the token was good a moment ago, here or elsewhere, counts for nothing once it is refused."""
    console.script = [page(), error(401), said({"data": {}}), error(401), error(401), error(401)]
    await client.get(PATH)
    refusals = []
    for _ in range(2):
        with pytest.raises(Unauthorized) as caught:
            await client.get(PATH)
        refusals.append(caught.value.elsewhere)
    assert refusals == [True, False]


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "tökén"])
async def test_unusable_token(console: Console, client_for: Callable[..., Any], token: str) -> None:
    """A token that no header can carry is refused before anything is sent, and not shown."""
    client = await client_for(console.url, token=holding(token))
    with pytest.raises(Unauthorized) as caught:
        await client.get(PATH)
    assert not console.seen
    assert not token or token not in str(caught.value)


async def test_secrets_stay_secret(console: Console, client_for: Callable[..., Any]) -> None:
    """Neither token nor query nor proxy password is in any text, even where the answer quotes them."""
    client = await client_for(console.url, attempts=1)
    echo = f"bad {TOKEN} in /x?query=hidden"
    console.script = [error(status, 1, echo) for status in (400, 401, 403, 404, 429, 500)]
    console.script += [raw(f"<p>{echo}</p>".encode()), raw(echo.encode(), 502), said({"errors": [{"detail": echo}]})]
    while console.script:
        with pytest.raises(ConsoleError) as caught:
            await client.get(PATH, {"query": "hidden"})
        shown = f"{caught.value} {caught.value.problem}"
        assert TOKEN not in shown
        assert "hidden" not in str(caught.value)
        assert "\n" not in str(caught.value)
    assert TOKEN not in repr(client) + repr(client.connection)
    with pytest.raises(SettingsError) as refused:
        await client_for(console.url, proxy="socks9://me:secret@host")
    assert "secret" not in str(refused.value)


async def test_redirect_is_not_followed(console: Console, client: Client) -> None:
    """A redirect is refused with the address it names; the token goes nowhere else."""
    console.script = [raw(b"", 302, Location="https://login.example.com/sso?next=hidden")]
    with pytest.raises(Refused, match=r"redirects to another address \(https://login\.example\.com\)") as caught:
        await client.get(PATH)
    assert "hidden" not in str(caught.value)
    assert len(console.seen) == 1


@pytest.mark.parametrize("answer", [RESET, CLOSE, error(500), error(503), cut_off(), raw(b"<html>")])
async def test_acting_post_is_sent_once(console: Console, client: Client, answer: bytes | str) -> None:
    """A POST that may have acted is never repeated, and the text says that it may have acted."""
    console.script = [answer, said({"data": {"affected": 1}})]
    with pytest.raises(ConsoleError) as caught:
        await client.post("/agents/actions/disconnect", {"filter": {"ids": ["1"]}})
    assert len(console.seen) == 1
    if answer not in {RESET, CLOSE}:
        assert "may have been carried out" in str(caught.value)


async def test_acting_post_after_429(console: Console, client: Client, waits: list[float]) -> None:
    """A 429 surely did not act: the POST is sent again after the pause."""
    console.script = [error(429, Retry_After="2"), said({"data": {"affected": 1}})]
    assert (await client.post("/agents/actions/disconnect", {"a": 1})).data == {"affected": 1}
    assert json.loads(console.seen[1].body) == {"a": 1}
    assert waits == [2]


async def test_repeatable_post(console: Console, client: Client) -> None:
    """A read by POST is repeated as a GET is."""
    console.script = [RESET, error(503), said({"data": {}})]
    await client.post("/users/api-token-details", {}, repeatable=True)
    assert len(console.seen) == 3


async def test_many_learn_the_time_by_one_request(console: Console, client: Client) -> None:
    """All streams of a console want its time at the start: one request is sent, also where that fails."""
    console.script = [error(503, Date="nonsense"), page()]
    await asyncio.gather(*(client.learn_time() for _ in range(9)))
    assert len(console.seen) == 1
    await asyncio.gather(*(client.learn_time() for _ in range(9)))
    assert len(console.seen) == 2


async def test_console_time(console: Console, client_for: Callable[..., Any]) -> None:
    """Now is the console's: its last Date header carried on by the steady clock."""
    steady = [0.0]
    client = await client_for(console.url, monotonic=lambda: steady[0])
    assert client.now().hour == 12
    before: float | None = client.clock_difference
    assert before is None
    console.script = [error(404, Date=DATE)]
    await client.learn_time()
    steady[0] = 90
    assert client.now().isoformat() == "2026-11-23T10:01:30+00:00"
    assert client.clock_difference == -7200
    await client.learn_time()
    assert [request.target for request in console.seen] == ["/web/api/v2.1/system/status"]
    assert "authorization" not in console.seen[0].headers


async def test_time_can_stay_unknown(console: Console, client: Client) -> None:
    """A console that does not tell its time is no failure."""
    console.script = [RESET]
    await client.learn_time()
    assert client.clock_difference is None


async def test_observer(console: Console, client_for: Callable[..., Any]) -> None:
    """Each request is told with its status and the number of the attempt."""
    told: list[tuple[str, int, int]] = []

    def observe(*, method: str, path: str, status: int, seconds: float, attempt: int) -> None:
        assert seconds >= 0
        told.append((f"{method} {path}", status, attempt))

    client = await client_for(console.url, observer=observe)
    console.script = [RESET, error(500), page()]
    await client.get(PATH, {"limit": "1"})
    assert told == [(f"GET {PATH}", 0, 1), (f"GET {PATH}", 500, 2), (f"GET {PATH}", 200, 3)]


async def test_bad_ca_file(client_for: Callable[..., Any], tmp_path: Any) -> None:
    """A `ca_file` that is missing or holds no certificate is a matter of the settings."""
    with pytest.raises(SettingsError, match="'ca_file' can't be used"):
        await client_for("https://127.0.0.1", ca_file=str(tmp_path / "absent.pem"))
    (tmp_path / "text.pem").write_text("no certificate")
    with pytest.raises(SettingsError, match="contains no PEM certificate"):
        await client_for("https://127.0.0.1", ca_file=str(tmp_path / "text.pem"))

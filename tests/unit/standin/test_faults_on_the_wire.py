"""Faults of a console that serves, as a plain client sees them."""

import json
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from typing import Any, NamedTuple

import pytest

API = "/web/api/v2.1"

_SERVE = """
from datetime import UTC, datetime
from s1ecs.standin.server import serve
serve(host="127.0.0.1", port=0, agents=60, alerts=50, seed=1, now=datetime(2026, 1, 31, tzinfo=UTC), rate=None)
"""


class Answer(NamedTuple):
    """A whole answer."""

    status: int
    headers: Message
    body: bytes


class Served:
    """A console in a process of its own."""

    def __init__(self, address: str) -> None:
        self.address = address.removeprefix("http://")

    @contextmanager
    def asking(self, path: str, method: str = "GET", body: str = "", **headers: str) -> Iterator[HTTPConnection]:
        """Ask on a new connection, which is closed at the end."""
        connection = HTTPConnection(self.address, timeout=120)
        try:
            connection.request(method, path, body or None, {"Authorization": "ApiToken good", **headers})
            yield connection
        finally:
            connection.close()

    def ask(self, path: str, method: str = "GET", body: str = "", **headers: str) -> Answer:
        """Ask, and read the whole answer."""
        with self.asking(path, method, body, **headers) as connection, connection.getresponse() as answer:
            return Answer(answer.status, answer.headers, answer.read())

    def json(self, path: str, method: str = "GET") -> Any:
        """The JSON of an answer."""
        return json.loads(self.ask(path, method).body)

    def rules(self, *rules: dict[str, Any]) -> None:
        """Replace the rules."""
        assert self.ask("/_standin/faults", "POST", json.dumps(rules)).status == 200

    def struck(self) -> dict[str, int]:
        """How often each kind struck."""
        found: dict[str, int] = self.json("/_standin/faults")["struck"]
        return found


@pytest.fixture(scope="module")
def process() -> Iterator[tuple[subprocess.Popen[str], Served]]:
    """The console's process; it ends cleanly and says nothing."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        yield running, Served(running.stdout.readline().strip())
        running.terminate()
        _, errors = running.communicate(timeout=120)
        assert (running.returncode, errors) == (0, "")


@pytest.fixture
def console(process: tuple[subprocess.Popen[str], Served]) -> Served:
    """The console, without rules."""
    served = process[1]
    served.ask("/_standin/faults", "DELETE")
    return served


def test_reset(console: Served) -> None:
    """The connection is reset by the other side: RST, not a mere end."""
    console.rules({"kind": "reset"})
    with pytest.raises(ConnectionResetError):
        console.ask(f"{API}/activities")


def test_silence(console: Served) -> None:
    """Nothing is said until the client's time-out; with `seconds` the connection ends after them."""
    console.rules({"kind": "silence"})
    with console.asking(f"{API}/activities") as connection:
        connection.sock.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.getresponse()
    console.rules({"kind": "silence", "seconds": 0.1})
    with pytest.raises(RemoteDisconnected):
        console.ask(f"{API}/activities")


@pytest.mark.parametrize("announced", ["length", "chunked"])
def test_cut(console: Served, announced: str) -> None:
    """The answer ends before its announced end, with about its share sent."""
    path = f"{API}/threats?limit=20"
    whole = console.ask(path).body
    console.rules({"kind": "cut", "announced": announced, "share": 0.5})
    with console.asking(path) as connection, connection.getresponse() as answer:
        assert (answer.headers["Content-Length"] == str(len(whole))) == (announced == "length")
        assert (answer.headers["Transfer-Encoding"] == "chunked") == (announced == "chunked")
        with pytest.raises(IncompleteRead) as caught:
            answer.read()
    assert announced == "chunked" or caught.value.partial == whole[: len(whole) // 2]


def test_too_large(console: Served) -> None:
    """A page above the limit is cut; at the limit it is whole. With an id only pages with that record are cut."""
    console.rules({"kind": "too_large", "limit": 5})
    with pytest.raises(IncompleteRead):
        console.ask(f"{API}/groups?limit=6")
    groups = console.json(f"{API}/groups?limit=5&sortBy=id")
    assert len(groups["data"]) == 5
    console.rules({"kind": "too_large", "limit": 0, "id": groups["data"][1]["id"]})
    assert console.json(f"{API}/groups?limit=1&sortBy=id")["data"] == groups["data"][:1]
    with pytest.raises(IncompleteRead):
        console.ask(f"{API}/groups?limit=2&sortBy=id")


def test_slow(console: Served) -> None:
    """A slow answer arrives whole, in the time that its pieces take."""
    expected = console.json(f"{API}/groups?limit=1")
    console.rules({"kind": "slow", "bytes": 200, "seconds": 0.1})
    began = time.monotonic()
    assert console.json(f"{API}/groups?limit=1") == expected
    assert time.monotonic() - began > 0.2


@pytest.mark.parametrize("seconds", [None, 2])
def test_retry_after(console: Served, seconds: int | None) -> None:
    """429 has Retry-After exactly if the rule says so."""
    console.rules({"kind": "too_many_requests", "retry_after": seconds})
    answer = console.ask(f"{API}/activities")
    assert (answer.status, answer.headers["Retry-After"]) == (429, None if seconds is None else "2")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_error(console: Served, status: int) -> None:
    """The status is the rule's, and the console's clock is in the Date header as ever."""
    console.rules({"kind": "server_error", "status": status})
    answer = console.ask(f"{API}/activities")
    assert answer.status == status
    assert (answer.headers["Date"] or "").startswith("Sat, 31 Jan 2026")


def test_html_and_errors(console: Served) -> None:
    """Both come with status 200: a page that is no JSON, and errors with data null."""
    console.rules({"kind": "html", "to": 1}, {"kind": "errors"})
    answer = console.ask(f"{API}/activities")
    assert (answer.status, answer.body[:15]) == (200, b"<!DOCTYPE html>")
    answer = console.ask(f"{API}/activities")
    body = json.loads(answer.body)
    assert (answer.status, body["data"]) == (200, None)
    assert body["errors"]


def test_errors_beside_empty(console: Served) -> None:
    """Status 200 and an empty list that names no next page, with an error beside it, of GraphQL too."""
    console.rules({"kind": "errors_beside_empty"})
    body = json.loads(console.ask(f"{API}/application-management/risks").body)
    assert (body["data"], body["pagination"]["nextCursor"]) == ([], None)
    assert body["errors"][0]["code"] == 5000010
    body = json.loads(console.ask(f"{API}/unifiedalerts/graphql", "POST", "{}").body)
    assert (body["data"]["alerts"]["edges"], bool(body["errors"])) == ([], True)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("head", b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Trickle: aaa"),
        ("interim", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3),
        ("body", b'\r\n\r\n9\r\n{"data":[\r\n1\r\n \r\n1\r\n \r\n'),
    ],
)
def test_trickle(console: Served, part: str, expected: bytes) -> None:
    """An answer comes a byte at a time until the client goes, in its head, as answers of 1xx, or in its body."""
    console.rules({"kind": "trickle", "part": part, "seconds": 0.01})
    with console.asking(f"{API}/activities") as connection:
        received = b""
        while expected not in received:
            received += connection.sock.recv(1000)
    console.rules()
    assert console.json(f"{API}/groups?limit=1")["data"]


def test_forbidden_stream(console: Served) -> None:
    """One stream is refused with 403, another is not."""
    console.rules({"kind": "forbidden", "path": "/groups"})
    assert [console.ask(f"{API}{path}").status for path in ("/groups", "/activities")] == [403, 200]


def test_token_renewed(console: Served) -> None:
    """The struck token gets 401 until another one is sent, which is let through."""
    console.rules({"kind": "not_authenticated", "at_most": 1})
    statuses = [
        console.ask(f"{API}/activities", Authorization=f"ApiToken {token}").status
        for token in ("a", "a", "renewed-1", "a")
    ]
    assert statuses == [401, 401, 200, 401]


def test_clock(console: Served) -> None:
    """The Date header is ahead or behind by the minutes of the rule, compressed answers included."""
    for minutes in (7, -7):
        right = parsedate_to_datetime(console.ask(f"{API}/groups").headers["Date"])
        console.rules({"kind": "clock", "minutes": minutes})
        answer = console.ask(f"{API}/groups?limit=100", **{"Accept-Encoding": "gzip"})
        wrong = parsedate_to_datetime(answer.headers["Date"])
        assert json.loads(zlib.decompress(answer.body, 31))["data"]
        assert 0 <= (wrong - right).total_seconds() - 60 * minutes < 20
        assert len(answer.headers.get_all("Date") or ()) == 1
        console.rules()


def test_clock_of_any_text(console: Served) -> None:
    """The Date header is the rule's text, whether or not it is a time."""
    console.rules({"kind": "clock", "date": "Fri, 31 Dec 9999 23:59:59 GMT"})
    assert console.ask(f"{API}/groups").headers["Date"] == "Fri, 31 Dec 9999 23:59:59 GMT"
    console.rules()


def test_control(console: Served) -> None:
    """POST replaces the rules or says what is wrong with them, GET shows them with counts, DELETE ends all."""
    before = console.struck().get("forbidden", 0)
    console.rules({"kind": "forbidden", "path": "/groups", "every": 2})
    statuses = [console.ask(f"{API}/groups").status for _ in range(4)]
    assert statuses == [200, 403, 200, 403]
    shown = console.json("/_standin/faults")
    [rule] = shown["rules"]
    assert (rule["requests"], rule["struck"]) == (4, 2)
    assert shown["struck"]["forbidden"] == before + 2
    refused = console.ask("/_standin/faults", "POST", '[{"kind": "flood"}]')
    assert (refused.status, b"no kind 'flood'" in refused.body) == (400, True)
    assert console.json("/_standin/faults", "DELETE")["rules"] == []
    assert console.ask(f"{API}/groups").status == 200
    assert console.struck()["forbidden"] == before + 2


def test_ends_while_silent() -> None:
    """A signal ends the console, and cleanly, although it keeps a client in silence."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        console = Served(running.stdout.readline().strip())
        console.rules({"kind": "silence"})
        with console.asking(f"{API}/groups") as connection:
            time.sleep(0.3)
            running.send_signal(signal.SIGTERM)
            with pytest.raises((RemoteDisconnected, ConnectionResetError)):
                connection.getresponse()
        _, errors = running.communicate(timeout=120)
    assert (running.returncode, errors) == (0, "")


def test_a_request_cut_off_in_its_body(console: Served) -> None:
    """A request whose sender went before its body was whole is no request: nothing acts, nothing is written down."""
    host, port = console.address.split(":")
    with socket.create_connection((host, int(port)), timeout=120) as sender:
        sender.sendall(
            f"POST {API}/agents/actions/disconnect HTTP/1.1\r\nHost: {host}\r\nAuthorization: ApiToken actor\r\n"
            'Content-Length: 100\r\n\r\n{"filter":'.encode()
        )
        sender.shutdown(socket.SHUT_WR)
        assert sender.recv(1) == b""
    assert console.json("/_standin/actions")["requests"] == []

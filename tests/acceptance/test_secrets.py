"""A console that repeats every secret it is told, and a search for them in all that a whole session leaves behind."""

import base64
import json
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from .conftest import Commands
from .patience import PATIENCE

TOKEN = "eyJ-this-token-is-in-no-place-0123456789"
WRONG = "eyJ-nor-is-this-refused-one-0123456789"
PASSWORD = "word-of-the-proxy-0123456789"
REDACTED = "registration-of-a-group-0123456789"
SIGNATURE = "5161676e61747572650123456789abcdef"
LINK = f"https://bucket.example.com/f.zip?X-Amz-Expires=3600&X-Amz-Signature={SIGNATURE}"
SECRETS = (TOKEN, WRONG, PASSWORD, REDACTED, SIGNATURE)

API = "/web/api/v2.1"
WHEN = "2026-01-02T11:00:00.000000Z"


def page(*records: dict[str, Any], errors: Any = None) -> tuple[int, Any]:
    """A page of a list."""
    return 200, {"data": list(records), "pagination": {"nextCursor": None}, "errors": errors}


def answer(path: str, said: str) -> tuple[int, Any]:
    """The console's answer; `said` is what was sent to it, which errors repeat, together with a link."""
    trouble = {"code": 4000010, "title": f"you said {said}", "detail": f"see {LINK}"}
    activity = {"id": "1", "createdAt": WHEN, "updatedAt": WHEN, "data": {"downloadUrl": LINK, "k": [{"link": LINK}]}}
    group = {"id": "2", "createdAt": WHEN, "updatedAt": WHEN, "name": "g", "registrationToken": REDACTED}
    threat = {"id": "3", "threatInfo": {"createdAt": WHEN, "updatedAt": WHEN, "storyline": LINK}}
    answers: dict[str, tuple[int, Any]] = {
        "/system/status": (200, {"data": {"health": "ok"}}),
        "/user": (200, {"data": {"fullName": "Viewer", "scope": "account"}}),
        "/users/api-token-details": (400, {"errors": [trouble]}),
        "/activities": page(activity, errors=[trouble]),
        "/groups": page(group),
        "/threats": page(threat),
        "/threats/3/explore/events": (500, {"errors": [trouble]}),
        "/agents": (401, {"errors": [trouble]}),
        "/cloud-detection/alerts": (403, {"errors": [trouble]}),
        "/application-management/risks": (302, LINK),
        "/application-management/inventory": (200, f"<html>{said} <a href='{LINK}'>{LINK}</a></html>"),
        "/unifiedalerts/graphql": (200, {"data": None, "errors": [trouble]}),
    }
    return answers.get(path, (404, {"errors": [trouble]}))


@dataclass
class Repeater:
    """The console, which is its own proxy; `said` is all that it was told."""

    port: int = 0
    said: list[str] = field(default_factory=list)


@pytest.fixture
def repeater() -> Iterator[Repeater]:
    """A console that is asked through a proxy with a password."""
    made = Repeater()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer a read."""
            length = int(self.headers.get("Content-Length") or 0)
            headers = f"{self.headers['Authorization']} {self.headers['Proxy-Authorization']}"
            said = f"{headers} {self.rfile.read(length).decode()}"
            made.said.append(said)
            status, content = answer(urlsplit(self.path).path.removeprefix(API), said)
            body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", LINK)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the base class's name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        made.port = server.server_port
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


def forms(secret: str) -> set[bytes]:
    """The secret as it may be written: plain, encoded for an address, and in Base64 at each of three places."""
    found = {secret.encode(), quote(secret, safe="").encode()}
    found |= {base64.b64encode(b"x" * shift + secret.encode())[4:-4] for shift in range(3)}
    return found


def leaks(places: dict[str, bytes]) -> list[str]:
    """Which secret stands where."""
    return [
        f"{secret} in {place}: ...{content[max(0, content.find(form) - 80) : content.find(form) + 20]!r}"
        for place, content in places.items()
        for secret in SECRETS
        for form in forms(secret)
        if form in content
    ]


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file that a session left, but the settings that hold the secrets."""
    own = {"token", "s1ecs.yaml"}
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name not in own}


def metrics(port: int) -> bytes:
    """What a monitor reads, once there is something to read."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as read:
                found: bytes = read.read()
                return found
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_a_whole_session_shows_no_secret(alone: Commands, repeater: Repeater, unused_tcp_port: int) -> None:
    """Tokens, a proxy's password, redacted fields and pre-signed links are in nothing that any command leaves."""
    folder = alone.folder
    (folder / "token").write_text(f"{TOKEN}\n")
    (folder / "s1ecs.yaml").write_text(
        f"url: http://127.0.0.1:{repeater.port}\ntoken_file: token\nattempts: 1\npage_size: 1\ninterval: 1s\n"
        f"proxy: http://me:{PASSWORD}@127.0.0.1:{repeater.port}\npreserve_original_event: true\n"
        "initial_interval: 36500d\nlog_level: debug\noutputs: [{type: store}, {type: files, path: out}]\n"
        f"metrics_port: {unused_tcp_port}\n"
    )
    places: dict[str, bytes] = {}

    def keep(*arguments: str, **environment: str) -> None:
        result = alone.run(*arguments, **environment)
        assert "Traceback" not in result.stderr, result.stderr
        places[f"{arguments} output"] = result.stdout.encode()
        places[f"{arguments} errors"] = result.stderr.encode()

    keep("check", "--trace", "check.trace")
    keep("collect", "--trace", "collect.trace")
    keep("collect", "activity", "--trace", "wrong.trace", S1ECS_TOKEN=WRONG)
    keep("--set", f"token={TOKEN}", "settings")
    keep("--set", f"token:{TOKEN}", "settings")
    with alone.start("run", "--trace", "run.trace") as process:
        places["metrics"] = metrics(unused_tcp_port)
        time.sleep(2)
        places["arguments"] = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        keep("streams", "--json")
        keep("status")
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=PATIENCE)
    places |= {"run output": output.encode(), "run errors": errors.encode()}
    keep("backfill", "activity", "--from", "2026-01-02", "--to", "2026-01-03", "--trace", "backfill.trace")
    keep("reconcile", "activity", "--from", "2026-01-02", "--to", "2026-01-03")
    keep("query", "--json", "SELECT document FROM activity")
    keep("settings", "--json")
    keep("dead-letters")
    keep("store")
    places |= files_below(folder)

    told = "".join(repeater.said)
    assert TOKEN in told
    assert WRONG in told
    assert base64.b64encode(f"me:{PASSWORD}".encode()).decode() in told
    assert b"bucket.example.com" in places["('query', '--json', 'SELECT document FROM activity') output"]
    assert len([place for place in places if place.endswith(".trace")]) == 5
    assert "\n".join(leaks(places)) == ""


def test_the_search_finds_a_secret_in_any_form() -> None:
    """The search can fail: a password in a Basic header, a token in a query."""
    basic = base64.b64encode(f"me:{PASSWORD}".encode())
    assert leaks({"a": basic, "b": f"?t={TOKEN}".encode(), "c": b"nothing"})
    assert not leaks({"c": b"nothing"})

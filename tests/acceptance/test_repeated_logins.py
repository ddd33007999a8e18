"""Search servers and proxies that repeat the login they were sent: it is in nothing that is printed, logged or kept."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import quote

import pytest

from .conftest import Commands, serving

PASSWORD = "w0rd:of/the+server 0123456789"
KEY_ID, KEY = "VuaCfGcBCdbkQm", "ui2lp2axTNmsyakw9tvNnw"
ENCODED = base64.b64encode(f"{KEY_ID}:{KEY}".encode()).decode()
PROXY_PASSWORD = "w0rd@of/the:proxy"
PROXY = quote(PROXY_PASSWORD, safe="")
TOKEN = "eyJ-of-the-console-0123456789-abcdefghi"
SECRETS = (PASSWORD, KEY, ENCODED, PROXY_PASSWORD, TOKEN)

LOGINS = {
    "basic": f"username: elastic, password: '{PASSWORD}'",
    "api_key": f"api_key: '{KEY_ID}:{KEY}'",
    "encoded api_key": f"api_key: '{ENCODED}'",
}


def repeated(authorization: str) -> str:
    """A header as somebody may repeat it: as it is, decoded, percent-encoded, and in base64 as a whole."""
    credentials = authorization.partition(" ")[2]
    try:
        decoded = base64.b64decode(credentials + "==").decode()
    except ValueError:
        decoded = credentials
    told = [authorization, credentials, decoded, decoded.partition(":")[2]]
    told += [quote(each, safe="") for each in told]
    told += [base64.b64encode(f"Authorization: {authorization}".encode()).decode(), json.dumps(decoded)]
    return " | ".join(told)


@contextmanager
def repeating(status: int) -> Iterator[tuple[str, list[str]]]:
    """The address of a server, or proxy, that repeats logins in bodies, headers and redirects; all that it was sent."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer."""
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            said = " ".join(
                repeated(self.headers[name]) for name in ("Authorization", "Proxy-Authorization") if self.headers[name]
            )
            heard.append(said)
            error = {"type": "strange_exception", "reason": f"you sent {said}"}
            body = json.dumps({"error": error, "status": status, "errors": [{"title": said, "detail": said}]}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Server", said)
            if status == 302:
                self.send_header("Location", f"https://elsewhere.example/{quote(said)}?said={quote(said, safe='')}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815 - the base class's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    with serving(Handler) as address:
        yield address, heard


def forms(secret: str) -> set[str]:
    """The secret as it may be written."""
    found = {secret, quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1]}
    return found | {base64.b64encode(b"x" * shift + secret.encode()).decode()[4:-4] for shift in range(3)}


def leaks(where: dict[str, str]) -> list[str]:
    """Which secret stands where."""
    return [
        f"{secret} in {place}: ...{text[max(0, text.find(form) - 80) : text.find(form) + 20]!r}"
        for place, text in where.items()
        for secret in SECRETS
        for form in forms(secret)
        if form in text
    ]


@pytest.mark.parametrize(("login", "status"), [*((login, 400) for login in LOGINS), ("basic", 302)])
def test_a_login_that_is_repeated_is_shown_nowhere(tmp_path: Path, login: str, status: int) -> None:
    """In outputs, logs, the state, the trace: nothing of login, token and proxy's password, in any form."""
    with repeating(status) as (address, heard):
        commands = Commands(tmp_path, f"http://{address}")
        # In a file: variables stand in /proc, and secrets on the command line are refused.
        (tmp_path / "s1ecs.yaml").write_text(
            f"url: http://console.example\nallow_http: true\ntoken: {TOKEN}\nproxy: 'http://user:{PROXY}@{address}'\n"
            f"outputs:\n  - type: store\n  - {{type: elasticsearch, hosts: 'http://{address}', {LOGINS[login]}}}\n"
        )
        for name in ("S1ECS_URL", "S1ECS_TOKEN"):
            del commands.environment[name]
        where: dict[str, str] = {}
        for command in (
            "setup --dry-run",
            "collect alert --trace trace",
            "collect agent --log-format ecs",
            "check",
            "migrate --dry-run",
            "streams",
            "status",
        ):
            result = commands.run(*command.split())
            where[command] = result.stdout + result.stderr
            assert "Traceback" not in where[command], where[command]
        for path in tmp_path.rglob("*"):
            if path.is_file() and path.name != "s1ecs.yaml":
                where[str(path.relative_to(tmp_path))] = path.read_bytes().decode("utf-8", "replace")
    assert any(PASSWORD in said or KEY in said for said in heard)
    assert any(PROXY_PASSWORD in said and TOKEN in said for said in heard)
    assert leaks(where) == []


def test_no_secret_on_the_command_line(alone: Commands) -> None:
    """A proxy's password within outputs is refused as a token is, also where a later flag replaces it."""
    outputs = f"outputs=[{{type: elasticsearch, hosts: 'https://h', proxy: 'http://u:{PROXY}@p:1'}}]"
    for flags in ((outputs,), (outputs, "outputs=store"), (f"token={TOKEN}",)):
        result = alone.run(*(part for flag in flags for part in ("--set", flag)), "settings")
        assert (result.returncode, result.stdout) == (2, "")
        assert "refused: everyone on this machine can read the arguments of a process" in result.stderr
        assert leaks({"errors": result.stderr}) == []

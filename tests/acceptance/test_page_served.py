"""The page as the installed command serves it: `s1ecs serve`, `s1ecs run --web` and `s1ecs web-user`."""

import json
import re
import shutil
import signal
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_IMODE

import httpx2
import pytest

from servers.free_port import free_port

from .conftest import Commands
from .patience import PATIENCE

PASSWORD = "correct horse"
LINK = re.compile(r"(https?://[^/]+)(\S*)/login\?token=[\w-]{43}$")


@contextmanager
def browser(trusted: ssl.SSLContext | None = None) -> Iterator[httpx2.Client]:
    """A client that keeps cookies and follows redirects."""
    context = trusted or ssl.create_default_context()
    with httpx2.Client(follow_redirects=True, timeout=PATIENCE, trust_env=False, verify=context) as client:
        yield client


def link_of(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """The login link, which is the first line of the output, and the address of the page."""
    assert process.stdout is not None
    line = process.stdout.readline().rstrip("\n")
    found = LINK.match(line)
    assert found is not None, line
    return line, found[1] + found[2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve(alone: Commands, number: signal.Signals) -> None:
    """The first line is a login link that works once; the page says what to do without a store; a signal ends it."""
    with alone.running("serve", "--port", "0") as process, browser() as client:
        link, address = link_of(process)
        assert address.startswith("http://127.0.0.1:")
        assert client.get(f"{address}/alerts").url.path == "/login"
        opened = client.get(link)
        assert (opened.status_code, opened.url.path) == (200, "/")
        assert "Nothing collected yet" in client.get(f"{address}/alerts").text
        assert client.get(link).status_code == 403
        assert client.get(f"{address}/readyz").status_code == 503
        assert "s1ecs_status 2.0" in client.get(f"{address}/metrics").text
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""
        assert process.stderr is not None
        told = process.stderr.read().splitlines()
    assert ["login link opened by 127.0.0.1" in told[0], "token that is not valid" in told[1], len(told)] == [
        True,
        True,
        2,
    ]


def test_serve_with_documents(commands: Commands) -> None:
    """Over a store the page, its API and metrics answer, the latter two for the token of services, too."""
    commands.ok("collect", "group")
    token = "0123456789abcdef0123456789abcdef"
    with commands.running("serve", "--port", "0", S1ECS_WEB_TOKEN=token) as process, browser() as client:
        link, address = link_of(process)
        assert client.get(link).status_code == 200
        assert client.get(f"{address}/groups").status_code == 200
        with browser() as service:
            assert service.get(f"{address}/healthz").status_code == 200
            assert service.get(f"{address}/metrics").status_code == 401
            service.headers["Authorization"] = f"Bearer {token}"
            assert service.get(f"{address}/api/v1/group").json()["total"] > 0
            assert 's1ecs_stream_status{console="default",stream="group"}' in service.get(f"{address}/metrics").text
            assert service.get(f"{address}/readyz").status_code == 200


def test_users(alone: Commands) -> None:
    """Users are added with a password of standard input, listed, changed and removed; a removed one is logged out."""
    result = alone.run("web-user", "add", "ada", "--role", "viewer", stdin=f"{PASSWORD}\n")
    assert (result.returncode, result.stdout.partition(" in ")[0]) == (0, "ada: added as viewer on all consoles")
    file = alone.state / "web-users.json"
    assert S_IMODE(file.stat().st_mode) == 0o600
    assert PASSWORD not in file.read_text()
    assert "$argon2id$" in file.read_text()
    again = alone.run("web-user", "add", "ada", "--role", "viewer", stdin=f"{PASSWORD}\n")
    assert (again.returncode, "pass --replace" in again.stderr) == (2, True)
    consoles = ("--console", "europe", "--console", "apac=responder")
    assert alone.run("web-user", "add", "bob", "--role", "viewer", *consoles, stdin=f"{PASSWORD}\n").returncode == 0
    assert json.loads(alone.ok("web-user", "list", "--json")) == [
        {"user": "ada", "console": "*", "role": "viewer"},
        {"user": "bob", "console": "apac", "role": "responder"},
        {"user": "bob", "console": "europe", "role": "viewer"},
    ]
    with alone.running("serve", "--port", "0") as process, browser() as client:
        _, address = link_of(process)
        opened = client.post(f"{address}/login", data={"name": "ada", "password": PASSWORD, "next": "/hosts"})
        assert (opened.status_code, opened.url.path) == (200, "/hosts")
        alone.ok("web-user", "remove", "ada")
        assert client.get(f"{address}/hosts").url.path == "/login"
    assert "ada" not in alone.ok("web-user", "list")


@pytest.mark.parametrize(
    ("arguments", "password", "words"),
    [
        (("add", "ada", "--role", "admin"), PASSWORD, "'admin' is not a role; available: viewer, responder"),
        (("add", "ada", "--role", "viewer"), "short", "must have 8 to 1000 characters"),
        (("add", "ada", "--role", "viewer"), "", "must have 8 to 1000 characters"),
        (("add", " ada", "--role", "viewer"), PASSWORD, "a name has 1 to 100 printable characters"),
        (("add", "ada", "--role", "viewer", "--console", "nowhere"), PASSWORD, "no console 'nowhere'"),
        (("remove", "ada"), "", "no user 'ada'"),
    ],
)
def test_users_that_are_refused(commands: Commands, arguments: tuple[str, ...], password: str, words: str) -> None:
    """What can't be a user is refused in one line, with nothing written."""
    result = commands.run("web-user", *arguments, stdin=f"{password}\n")
    assert result.returncode == 2
    assert words in result.stderr
    assert json.loads(commands.ok("web-user", "list", "--json")) == []


def test_open_addresses_need_encryption(alone: Commands) -> None:
    """Without TLS or a proxy the page is not served to other machines; a port in use is named."""
    result = alone.run("serve", "--host", "0.0.0.0")
    assert result.returncode == 2
    assert "can't be served at 0.0.0.0 without encryption" in result.stderr
    with alone.running("serve", "--port", "0") as process:
        _, address = link_of(process)
        port = address.rpartition(":")[2]
        result = alone.run("serve", "--port", port)
    assert result.returncode == 2
    assert f"the page can't be served at 127.0.0.1 port {port}" in result.stderr


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A PEM file with a key and its certificate for 127.0.0.1."""
    if shutil.which("openssl") is None:
        pytest.skip("the program openssl is not there")
    path = tmp_path / "page.pem"
    words = ("-subj", "/CN=page", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-nodes")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", tmp_path / "key.pem")
    subprocess.run(["openssl", "req", "-x509", *words, *key, "-out", path], check=True, capture_output=True)
    return path


def test_tls(alone: Commands, certificate: Path) -> None:
    """With a certificate the page is served encrypted, also to other machines, and its cookies are Secure."""
    tls = {"S1ECS_WEB_CERT_FILE": str(certificate), "S1ECS_WEB_KEY_FILE": str(certificate.with_name("key.pem"))}
    trusted = ssl.create_default_context(cafile=str(certificate))
    with alone.running("serve", "--port", "0", "--host", "0.0.0.0", **tls) as process, browser(trusted) as client:
        link, address = link_of(process)
        assert address.startswith("https://127.0.0.1:")
        opened = client.get(link)
        assert opened.status_code == 200
        assert "Secure" in opened.history[0].headers["set-cookie"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_certificates_of_no_use(alone: Commands, certificate: Path) -> None:
    """A certificate without its key, or a key with a password, is refused in one line."""
    cases = {
        "without": {"S1ECS_WEB_CERT_FILE": str(certificate)},
        "swapped": {"S1ECS_WEB_CERT_FILE": str(certificate.with_name("key.pem"))},
        "alone": {"S1ECS_WEB_KEY_FILE": str(certificate.with_name("key.pem"))},
    }
    for name, settings in cases.items():
        result = alone.run("serve", "--port", "0", **settings)
        assert (result.returncode, len(result.stderr.splitlines())) == (2, 1), name
        assert "_file" in result.stderr, name


@pytest.mark.parametrize("trusted", [True, False])
def test_behind_a_proxy(alone: Commands, *, trusted: bool) -> None:
    """X-Forwarded-Proto counts from a proxy of the settings alone; below its prefix all addresses have it."""
    alone.run("web-user", "add", "ada", "--role", "viewer", stdin=f"{PASSWORD}\n")
    settings = {
        "S1ECS_WEB_ROOT": "/s1ecs",
        "S1ECS_WEB_HOSTS": "soc.example.com",
        "S1ECS_WEB_PROXIES": "127.0.0.0/8" if trusted else "10.0.0.1",
    }
    with alone.running("serve", "--port", "0", **settings) as process, browser() as client:
        link, address = link_of(process)
        assert link.startswith(f"{address}/login?")
        assert address.endswith("/s1ecs")
        forwarded = {"Host": "soc.example.com", "X-Forwarded-Proto": "https", "Origin": "https://soc.example.com"}
        fields = {"name": "ada", "password": PASSWORD}
        answer = client.post(f"{address}/login", data=fields, headers=forwarded, follow_redirects=False)
        if trusted:
            assert (answer.status_code, answer.headers["location"]) == (303, "/s1ecs/")
            assert "Path=/s1ecs; SameSite=strict; Secure" in answer.headers["set-cookie"]
        else:
            assert answer.status_code == 403
            assert "web_proxies" in answer.text


def test_limits_are_by_the_address_behind_a_proxy(alone: Commands) -> None:
    """The proxy's word tells one client from another; who is no proxy can't pass as many clients."""
    for proxies, last in (("127.0.0.1", 401), ("10.0.0.1", 429)):
        with alone.running("serve", "--port", "0", S1ECS_WEB_PROXIES=proxies) as process, browser() as client:
            _, address = link_of(process)
            answers = [
                client.post(
                    f"{address}/login",
                    data={"name": f"user-{n}", "password": "x"},
                    headers={"X-Forwarded-For": f"192.0.2.{n}"},
                ).status_code
                for n in range(21)
            ]
            assert answers == [401] * 20 + [last]


def test_run_with_the_page(commands: Commands) -> None:
    """`run --web` collects and serves: the link is in the log, and the metrics of collecting are on the page."""
    port = free_port()
    settings = {"S1ECS_WEB_PORT": str(port), "S1ECS_STREAMS": "group"}
    with commands.running("run", "--web", **settings) as process, browser() as client:
        assert process.stderr is not None
        link = ""
        for line in process.stderr:
            if found := re.search(r"page at (http://\S+)", line):
                link = found[1]
            if "group: up to date" in line:
                break
        assert client.get(link).status_code == 200
        metrics = client.get(f"http://127.0.0.1:{port}/metrics").text
        assert 's1ecs_records_total{console="default",stream="group"}' in metrics
        assert 's1ecs_stream_status{console="default",stream="group"} 0.0' in metrics
        assert client.get(f"http://127.0.0.1:{port}/groups").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_run_with_a_page_that_cannot_be_served(commands: Commands) -> None:
    """`run --web` ends where the page can't be served, as with a port of metrics that is taken."""
    with commands.running("serve", "--port", "0") as process:
        _, address = link_of(process)
        result = commands.run("run", "--web", S1ECS_WEB_PORT=address.rpartition(":")[2])
    assert result.returncode == 2
    assert "the page can't be served at 127.0.0.1" in result.stderr

"""Checks of every request: host, origin, role, token of the form, headers, prefix."""

import pytest

from s1ecs.web.access.page_user import Role
from s1ecs.web.access.request_body import LARGEST_BODY, LARGEST_OF_STRANGERS

from .conftest import ORIGIN, SERVICE_TOKEN, Page

FORM = {"console": "europe", "host": "ws-1"}


@pytest.mark.parametrize("host", ["127.0.0.1:8787", "localhost:8787", "[::1]:8787", "localhost", "LOCALHOST.:1"])
def test_names_of_this_machine(page: Page, host: str) -> None:
    """Loopback names are served at any port, since ports are forwarded."""
    assert page.client().get("/login", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8787", "127.0.0.1.evil.example", "localhost@evil.example", "", "a/b", "[::1"]
)
@pytest.mark.parametrize("path", ["/login", "/healthz", "/static/page.css", "/", "/api/v1/alert"])
def test_foreign_names(page: Page, host: str, path: str) -> None:
    """Under another name, to which a DNS server may have bound this address, nothing is served."""
    answer = page.client().get(path, headers={"host": host})
    assert answer.status_code == 403
    assert "web_hosts" in answer.text


def test_names_of_the_settings(page: Page, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A name of the setting is served, and so is the address at which a connection arrived."""
    named = Page(tmp_path_factory.mktemp("named"), web_hosts="soc.example.com,s1ecs.internal")
    assert named.client().get("/login", headers={"host": "SOC.example.com"}).status_code == 200
    assert page.client().get("/login", headers={"host": "soc.example.com"}).status_code == 403
    assert page.client("http://10.0.0.5:8787").get("/login").status_code == 200
    assert page.client().get("/login", headers={"host": "10.0.0.5"}).status_code == 403


def test_forms_of_other_sites(page: Page) -> None:
    """A request with a foreign origin is refused before anything is done, even with the token of the form."""
    client = page.logged_in()
    form = FORM | {"csrf": page.csrf()}
    for origin in (
        "https://evil.example",
        "http://127.0.0.1:8788",
        "https://127.0.0.1:8787",
        "http://localhost:8787",
        "null",
        "http://[",
    ):
        answer = client.post("/actions/isolate", data=form, headers={"origin": origin})
        assert answer.status_code == 403, origin
    assert client.post("/actions/isolate", data=form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.get("/", headers={"origin": "https://evil.example"}).status_code == 403
    assert page.done == []
    assert client.post("/actions/isolate", data=form, headers={"origin": ORIGIN}).status_code == 200
    assert page.done == ["grace ws-1"]


def test_login_of_another_site(page: Page) -> None:
    """A form of another site can't log a browser in."""
    answer = page.client().post(
        "/login", data={"token": page.access.link.token}, headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert page.access.link.take(page.access.link.token)


def test_token_of_the_form(page: Page) -> None:
    """Without its own token a form does nothing; the token may come in the form, in parts, or in a header."""
    client = page.logged_in()
    csrf = page.csrf()
    page.logged_in()
    other = page.csrf()
    client.get("/")
    for bad in ({}, {"csrf": ""}, {"csrf": other}, {"csrf": csrf + "x"}, {"csrf": [csrf, other]}):
        answer = client.post("/actions/isolate", data=FORM | bad)
        assert answer.status_code == 403
        assert "nothing was done" in answer.text
    assert client.post("/logout", data={}).status_code == 403
    assert client.post("/actions/isolate", json=FORM | {"csrf": csrf}).status_code == 403
    assert page.done == []
    assert client.post("/actions/isolate", data=FORM | {"csrf": csrf}).status_code == 200
    assert client.post("/actions/isolate", data=FORM, headers={"x-csrf-token": csrf}).status_code == 200
    assert client.post("/actions/isolate", data=FORM | {"csrf": csrf}, files={"file": b"x"}).status_code == 200
    assert page.done == ["grace ws-1"] * 3


def test_roles(page: Page) -> None:
    """A viewer gets 403 for every acting path; who responds on any console gets to the path, which knows which."""
    page.add("vera", all_=Role.VIEWER)
    page.add("rolf", europe=Role.RESPONDER, apac=Role.VIEWER)
    viewer = page.log_in("vera")
    form = FORM | {"csrf": page.csrf()}
    for path in ("/actions/isolate", "/respond/isolate", "/api/v1/respond", "/anything"):
        assert viewer.post(path, data=form).status_code == 403, path
    assert viewer.get("/respond/new").status_code == 403
    responder = page.log_in("rolf")
    form = FORM | {"csrf": page.csrf()}
    assert page.done == []
    assert responder.get("/respond/new").status_code == 200
    assert responder.post("/actions/isolate", data=form).status_code == 200
    assert page.done == ["rolf ws-1"]


def test_viewer_logs_out(page: Page) -> None:
    """Logout is no action: a viewer may."""
    page.add("vera", all_=Role.VIEWER)
    client = page.log_in("vera")
    answer = client.post("/logout", data={"csrf": page.csrf()}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_large_bodies(page: Page) -> None:
    """A body larger than any form is refused, whether or not it tells its size."""
    client = page.logged_in()
    large = b"x" * (LARGEST_BODY + 1)
    assert client.post("/actions/isolate", content=large).status_code == 413
    assert client.post("/actions/isolate", content=iter([large])).status_code == 413
    assert page.client().post("/login", content=b"x" * (LARGEST_OF_STRANGERS + 1)).status_code == 413


def test_headers_of_every_response(page: Page) -> None:
    """Pages, errors, refusals and static files carry the policy; all but static files are kept by nobody."""
    client = page.logged_in()
    for path, status in (
        ("/", 200),
        ("/nothing", 404),
        ("/static/page.css", 200),
        ("/api/nothing", 404),
        ("/broken", 500),
    ):
        answer = client.get(path)
        assert answer.status_code == status, path
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;")
        assert answer.headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "secret reason" not in answer.text
    refused = page.client().get("/", headers={"host": "evil.example"})
    assert "content-security-policy" in refused.headers


def test_nothing_is_collected_yet(page: Page) -> None:
    """Without a store the page opens and says what to do; the API answers 503."""
    client = page.logged_in()
    shown = client.get("/alerts")
    assert shown.status_code == 200
    assert "s1ecs collect" in shown.text
    answer = client.get("/api/v1/alert", headers={"authorization": f"Bearer {SERVICE_TOKEN}"})
    assert answer.status_code == 503


def test_below_a_prefix(prefixed: Page) -> None:
    """Behind a proxy all addresses have the prefix, whether the proxy keeps or removes it."""
    for kept in ("/soc/s1ecs", ""):
        client = prefixed.client()
        answer = client.get(f"{kept}/alerts?q=a", follow_redirects=False)
        assert answer.headers["location"] == "/soc/s1ecs/login?next=/alerts%3Fq%3Da"
        shown = client.get(f"{kept}/login")
        assert 'action="/soc/s1ecs/login"' in shown.text
        assert client.get(f"{kept}/static/access.css").status_code == 200
        prefixed.access.link._open = True
        answer = client.get(f"{kept}/login?token={prefixed.access.link.token}&next=/alerts", follow_redirects=False)
        assert answer.headers["location"] == "/soc/s1ecs/alerts"
        assert "Path=/soc/s1ecs;" in answer.headers["set-cookie"]
        assert client.get("/soc/s1ecs/alerts").status_code == 200
        assert client.post("/soc/s1ecs/actions/isolate", data=FORM).status_code == 403
        assert prefixed.done == []

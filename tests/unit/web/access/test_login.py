"""Login by link, token and password; sessions, and how they end."""

import re

import pytest
from starlette.testclient import TestClient

from s1ecs.web.access.page_user import Role

from .conftest import PASSWORD, SERVICE_TOKEN, Page

COOKIE = "s1ecs-8787"


def is_in(client: TestClient) -> bool:
    """Tell whether a browser is logged in."""
    return client.get("/", follow_redirects=False).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/alerts"),
        ("GET", "/alerts/an-id"),
        ("GET", "/no/such/page"),
        ("GET", "//alerts"),
        ("GET", "/login/../alerts"),
        ("GET", "/static"),
        ("GET", "/respond/new"),
        ("POST", "/actions/isolate"),
        ("POST", "/logout"),
        ("POST", "/"),
        ("DELETE", "/alerts"),
    ],
)
def test_without_login_pages_lead_to_the_login(page: Page, method: str, path: str) -> None:
    """Every page but the open ones redirects a stranger to the login page; nothing is done."""
    answer = page.client().request(method, path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")
    assert page.done == []


@pytest.mark.parametrize("path", ["/api/v1/alert", "/api/v1/openapi.json", "/api/nothing", "/metrics", "/readyz"])
def test_without_login_programs_get_a_status(page: Page, path: str) -> None:
    """The API, metrics and readiness answer a stranger with 401."""
    answer = page.client().get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    if path.startswith("/api"):
        assert "error" in answer.json()


@pytest.mark.parametrize("path", ["/login", "/static/page.css", "/static/access.css"])
def test_open_paths(page: Page, path: str) -> None:
    """The login page and static files answer a stranger."""
    assert page.client().get(path, follow_redirects=False).status_code == 200


def test_login_link_works_once(page: Page) -> None:
    """The link opens one session; a second use, also in the same browser, fails, and so does another token."""
    link = f"/login?token={page.access.link.token}&next=/hosts"
    client = page.client()
    answer = client.get(link, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/hosts")
    assert is_in(client)
    for browser in (client, page.client()):
        assert browser.get(link, follow_redirects=False).status_code == 403
    other = page.client()
    assert other.get("/login?token=", follow_redirects=False).status_code == 403
    assert not is_in(other)


def test_link_of_a_mail_leads_on_by_a_page(page: Page) -> None:
    """After a link of another site the next address is opened by a page of ours, since the cookie comes only then."""
    client = page.client()
    answer = client.get(
        f"/login?token={page.access.link.token}", headers={"sec-fetch-site": "cross-site"}, follow_redirects=False
    )
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0; url=/">' in answer.text
    assert is_in(client)


def test_a_shared_address_opens_in_a_session(page: Page) -> None:
    """A link of another site to a page ends there in a running session, and at the login form, once, without one."""
    foreign = {"sec-fetch-site": "cross-site"}
    first = page.client().get("/login?next=/alerts%3Fq%3Da%26b", headers=foreign, follow_redirects=False)
    found = re.search(r'content="0; url=(/login[^"]+)"', first.text)
    assert found is not None
    again = found[1].replace("&amp;", "&")
    answer = page.logged_in().get(again, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/alerts?q=a&b")
    assert "http-equiv" not in page.client().get(again, headers=foreign).text


def test_what_fetches_ahead_does_not_use_the_link_up(page: Page) -> None:
    """A browser that fetches the link before it is opened, or asks for its headers, does not use it up."""
    link = f"/login?token={page.access.link.token}"
    client = page.client()
    assert client.get(link, headers={"sec-purpose": "prefetch;prerender"}).status_code == 503
    assert client.head(link).status_code == 405
    assert client.get(link, follow_redirects=False).status_code == 303


def test_cookie_of_a_session(page: Page) -> None:
    """The cookie is HttpOnly and SameSite=Strict, and Secure where the page is encrypted."""
    page.add("ada", all_=Role.VIEWER)
    for origin, secure in (("http://127.0.0.1:8787", False), ("https://127.0.0.1:8787", True)):
        answer = page.client(origin).post("/login", data={"name": "ada", "password": PASSWORD}, follow_redirects=False)
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert ("secure" in cookie) is secure


def test_forged_cookies(page: Page) -> None:
    """A session's id without our signature, with another one, or signed for another purpose, opens nothing."""
    client = page.logged_in()
    [identifier] = page.access.sessions._sessions
    signed = client.cookies[COOKIE]
    for forged in (
        identifier,
        f"{identifier}.",
        f"{identifier}.{'A' * 43}",
        f"{signed}A",
        f"x{signed}",
        page.access.signer.sign("oidc", identifier),
        page.access.signer.sign("session", "no-such-session"),
        "é.x",
    ):
        stranger = page.client()
        answer = stranger.get("/", headers=[(b"cookie", f"{COOKIE}={forged}".encode())], follow_redirects=False)
        assert answer.status_code == 303, forged
    assert is_in(client)


def test_logout_ends_the_session_here(page: Page) -> None:
    """After logout the cookie, kept by a thief, opens nothing."""
    client = page.logged_in()
    stolen = client.cookies[COOKIE]
    client.post("/logout", data={"csrf": page.csrf()})
    thief = page.client()
    thief.cookies.set(COOKIE, stolen)
    assert not is_in(thief)


def test_session_expires(page: Page) -> None:
    """A session ends after two hours without a request, and after twelve hours in any case."""
    client = page.logged_in()
    page.pass_time(hours=1.9)
    assert is_in(client)
    page.pass_time(hours=2.1)
    assert not is_in(client)
    client = page.logged_in()
    for _ in range(6):
        page.pass_time(hours=1.9)
        assert is_in(client)
    page.pass_time(hours=0.7)
    assert not is_in(client)


def test_a_session_lasts_only_while_it_is_used(page: Page) -> None:
    """A long answer that looks whether its session lasts does not keep it alive."""
    page.logged_in()
    [identifier] = page.access.sessions._sessions
    page.pass_time(hours=1.5)
    assert page.access.sessions.lasts(identifier)
    page.pass_time(hours=1.5)
    assert not page.access.sessions.lasts(identifier)


def test_an_open_page_does_not_keep_its_session(page: Page) -> None:
    """A page that nobody uses connects for news again and again; its session ends all the same."""
    client = page.logged_in()
    for _ in range(3):
        page.pass_time(hours=0.6)
        client.get("/live/new", params={"stream": "alert"})
    page.pass_time(hours=0.3)
    assert not is_in(client)


def test_users_of_the_file(page: Page) -> None:
    """A user logs in by name and password and goes on to what was asked for; another password or name does not."""
    page.add("ada", all_=Role.VIEWER)
    client = page.client()
    for name, password in (("ada", "wrong horse"), ("ad\u202ea", PASSWORD), ("", ""), ("ada", PASSWORD + "x" * 2000)):
        answer = client.post("/login", data={"name": name, "password": password})
        assert answer.status_code == 401
        assert "\u202e" not in answer.text
        assert not is_in(client)
    fields = {"name": "ada", "password": PASSWORD, "next": "/hosts?q=ws-1"}
    answer = client.post("/login", data=fields, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/hosts?q=ws-1")
    assert is_in(client)


def test_a_change_of_the_user_ends_its_sessions(page: Page) -> None:
    """Sessions of a user end when its entry changes or goes, or the file can't be read; others go on."""
    page.add("ada", all_=Role.VIEWER)
    page.add("bob", all_=Role.VIEWER)
    ada, bob = page.log_in("ada"), page.log_in("bob")
    page.add("ada", europe=Role.VIEWER)
    assert (is_in(ada), is_in(bob)) == (False, True)
    ada = page.log_in("ada")
    page.access.rules.users.write_text("{")
    assert (is_in(ada), is_in(bob)) == (False, False)
    answer = page.client().post("/login", data={"name": "ada", "password": PASSWORD})
    assert answer.status_code == 503
    assert "is not a file of users" in answer.text


def test_a_new_login_replaces_the_session(page: Page) -> None:
    """Who logs in again gets a new session, and the earlier one ends."""
    client = page.logged_in()
    earlier = client.cookies[COOKIE]
    page.add("ada", all_=Role.VIEWER)
    client.post("/login", data={"name": "ada", "password": PASSWORD})
    assert client.cookies[COOKIE] != earlier
    assert len(page.access.sessions._sessions) == 1


def test_token_of_services(page: Page) -> None:
    """The token opens the API and monitoring, no pages; it is also good for the login form, as a viewer."""
    client = page.client()
    right = {"authorization": f"Bearer {SERVICE_TOKEN}"}
    assert client.get("/api/v1/openapi.json", headers=right).status_code == 200
    assert client.get("/api/v1/openapi.json", headers={"authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/api/v1/openapi.json", headers={"authorization": f"Basic {SERVICE_TOKEN}"}).status_code == 401
    assert client.get("/", headers=right, follow_redirects=False).status_code == 303
    assert client.post("/api/v1/anything", headers=right).status_code == 403
    assert client.post("/login", data={"token": SERVICE_TOKEN}).status_code == 200
    assert is_in(client)
    assert client.get("/respond/new").status_code == 403


def test_wrong_tokens_are_limited(page: Page) -> None:
    """An address that guesses tokens is refused for a while, also with the right one; other addresses are not."""
    client = page.client()
    answers = [client.get("/api/x", headers={"authorization": f"Bearer {n}"}).status_code for n in range(21)]
    assert answers == [401] * 20 + [429]
    page.pass_time(minutes=16)
    assert client.get("/api/x", headers={"authorization": "Bearer x"}).status_code == 401


def test_logins_are_limited(page: Page) -> None:
    """After five failures the name is refused from that address, also with its password, for fifteen minutes."""
    page.add("ada", all_=Role.VIEWER)
    page.add("bob", all_=Role.VIEWER)
    client = page.client()
    for _ in range(5):
        assert client.post("/login", data={"name": "ada", "password": "wrong horse"}).status_code == 401
    answer = client.post("/login", data={"name": "ada", "password": PASSWORD})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
    assert not is_in(client)
    page.log_in("bob")
    page.pass_time(minutes=15)
    page.log_in("ada")


def test_login_page_without_users_takes_the_token(page: Page) -> None:
    """Without users the form asks for the token of the link, which it takes."""
    client = page.client()
    shown = client.get("/login")
    assert 'name="token"' in shown.text
    assert "s1ecs web-user add" in shown.text
    assert client.post("/login", data={"token": page.access.link.token}).status_code == 200
    assert is_in(client)


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/%0d%0aset-cookie:a=b",
        "/\r\nset-cookie: a=b",
        "/login?next=/login",
        "/logout",
        "",
    ],
)
def test_next_stays_here(page: Page, wanted: str) -> None:
    """After login no browser is sent to another host, nor in a circle, and no header is written."""
    page.add("ada", all_=Role.VIEWER)
    fields = {"name": "ada", "password": PASSWORD, "next": wanted}
    answer = page.client().post("/login", data=fields, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] in {"/", "/%250d%250aset-cookie:a=b", "/%0d%0aset-cookie:a=b"}

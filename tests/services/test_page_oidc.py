"""Login at a real OpenID Connect provider, npm's oidc-provider."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from servers.free_port import free_port
from servers.unavailable import Unavailable
from tests.acceptance.conftest import Commands

from .oidc import LoginProvider, Person, running_provider

SECRET = "a-secret-of-the-provider/+"
GROUPS = {"ada": ["soc"], "bob": ["soc-eu", "other"], "eve": ["other"]}
RULES = "soc=responder, soc-eu=viewer@europe"


class Site:
    """The page, served by the command, with its provider."""

    def __init__(self, provider: LoginProvider, address: str, people: ExitStack) -> None:
        self.provider = provider
        self.address = address
        self._people = people

    def person(self, name: str) -> Person:
        """Return a browser without any session."""
        made = Person(name)
        self._people.callback(made.close)
        return made


@pytest.fixture(params=["client_secret_basic", "client_secret_post", "none"], scope="module")
def method(request: pytest.FixtureRequest) -> str:
    """The way in which the client tells the provider who it is."""
    return str(request.param)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, method: str) -> Iterator[Site]:
    """The page with a provider, or a skip with the reason."""
    folder, port = tmp_path_factory.mktemp("oidc"), free_port()
    client: dict[str, object] = {
        "client_id": "s1ecs",
        "redirect_uris": [f"http://127.0.0.1:{port}/login/callback"],
        "token_endpoint_auth_method": method,
    }
    if method != "none":
        client["client_secret"] = SECRET
    with ExitStack() as stack:
        try:
            provider = stack.enter_context(running_provider(folder, [client], GROUPS))
        except Unavailable as reason:
            pytest.skip(str(reason))
        settings = {
            "S1ECS_WEB_OIDC_ISSUER": provider.issuer,
            "S1ECS_WEB_OIDC_CLIENT_ID": "s1ecs",
            "S1ECS_WEB_OIDC_SCOPES": "openid,profile,groups",
            "S1ECS_WEB_OIDC_ROLES": RULES,
        }
        if method != "none":
            settings["S1ECS_WEB_OIDC_CLIENT_SECRET"] = SECRET
        commands = Commands(folder)
        process = stack.enter_context(commands.running("serve", "--port", str(port), **settings))
        assert process.stdout is not None
        assert process.stdout.readline().startswith(f"http://127.0.0.1:{port}/login?token=")
        yield Site(provider, f"http://127.0.0.1:{port}", stack)


def test_login(site: Site) -> None:
    """A person logs in at the provider and comes to the page that was wanted, under the name of the claim."""
    person = site.person("ada")
    shown = person.client.get(f"{site.address}/login?next=/hosts%3Fq%3Dws")
    assert "Log in at 127.0.0.1" in shown.text
    assert 'href="/login/oidc?next=/hosts%3Fq%3Dws"' in shown.text
    ended = person.go(f"{site.address}/login/oidc?next=/hosts%3Fq%3Dws")
    assert (ended.status_code, str(ended.url)) == (200, f"{site.address}/hosts?q=ws")
    assert "ada@soc" in ended.text
    assert "Role: responder" in ended.text


def test_roles_of_groups(site: Site) -> None:
    """A group gives its role on its console; without one of the groups there is no session."""
    assert "Role: viewer" in site.person("bob").go(f"{site.address}/login/oidc").text
    person = site.person("eve")
    refused = person.go(f"{site.address}/login/oidc")
    assert refused.status_code == 403
    assert "have no role here" in refused.text
    assert person.client.get(f"{site.address}/").status_code == 303


def test_keys_are_fetched_once(site: Site) -> None:
    """Metadata and keys are fetched once for several logins."""
    for _ in range(2):
        assert site.person("ada").go(f"{site.address}/login/oidc").status_code == 200
    assert site.provider.requests("/jwks") == 1
    assert site.provider.requests("/.well-known/openid-configuration") == 1
    assert site.provider.requests("/token") >= 2


def test_a_way_back_that_is_not_ours(site: Site) -> None:
    """A code is only taken from the browser that was sent to the provider, with its state, and once."""
    ada, thief = site.person("ada"), site.person("eve")
    stopped = ada.go(f"{site.address}/login/oidc", until="/login/callback")
    back = stopped.headers["location"]
    for address in (back, back.replace("state=", "state=x")):
        assert thief.client.get(address).status_code == 403
    thief.client.get(f"{site.address}/login/oidc")
    assert thief.client.get(back).status_code == 403
    assert thief.client.get(f"{site.address}/").status_code == 303
    assert ada.client.get(back).status_code == 303
    assert ada.client.get(back).status_code == 403


def test_the_way_there(site: Site) -> None:
    """The request to the provider has PKCE, state and nonce; the cookie goes to the way back alone."""
    answer = site.person("ada").client.get(f"{site.address}/login/oidc")
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert all(len(query[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    cookie = answer.headers["set-cookie"]
    assert "Path=/login/callback" in cookie
    assert "SameSite=lax" in cookie
    assert "HttpOnly" in cookie


def test_what_the_provider_refuses(site: Site) -> None:
    """An error of the provider is shown as a sentence, and opens nothing."""
    person = site.person("ada")
    sent = person.client.get(f"{site.address}/login/oidc")
    state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
    refused = person.client.get(f"{site.address}/login/callback?state={state}&error=access_denied")
    assert refused.status_code == 403
    assert "access_denied" in refused.text
    sent = person.client.get(f"{site.address}/login/oidc")
    state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
    refused = person.client.get(f"{site.address}/login/callback?state={state}&code=made-up")
    assert refused.status_code == 502
    assert "invalid_grant" in refused.text
    assert SECRET not in refused.text


def test_silent_provider(tmp_path: Path, alone_port: int) -> None:
    """Where the provider can't be reached, or names itself otherwise, the login page says so; the link still works."""
    settings = {
        "S1ECS_WEB_OIDC_ISSUER": f"http://127.0.0.1:{alone_port}",
        "S1ECS_WEB_OIDC_CLIENT_ID": "s1ecs",
        "S1ECS_WEB_OIDC_ROLES": RULES,
    }
    with Commands(tmp_path).running("serve", "--port", "0", **settings) as process:
        assert process.stdout is not None
        link = process.stdout.readline().strip()
        person = Person("ada")
        refused = person.client.get(link.partition("?")[0] + "/oidc")
        assert refused.status_code == 502
        assert "127.0.0.1 can&#39;t be reached" in refused.text
        assert person.go(link).status_code == 200
        person.close()


@pytest.fixture
def alone_port() -> int:
    """A port that nobody listens at."""
    return free_port()

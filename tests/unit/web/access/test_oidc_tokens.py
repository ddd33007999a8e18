"""ID tokens: which are taken, which are not; roles by claim; metadata that do not fit."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from s1ecs.errors import SettingsError
from s1ecs.web.access.oidc.attempt_cookie import attempt_text, read_attempt
from s1ecs.web.access.oidc.oidc_provider import LoginAttempt, OidcProvider
from s1ecs.web.access.oidc.provider_session import LoginProviderError, ProviderSession
from s1ecs.web.access.oidc_rules import OidcRules, oidc_rules
from s1ecs.web.access.page_user import PageUser, Role

from .conftest import Page

ISSUER = "https://login.example.com"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ATTEMPT = LoginAttempt("a-state", "a-nonce", "a-verifier")
CALLBACK = "http://127.0.0.1:8787/login/callback"
KEY = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"})
OTHER = RSAKey.generate_key(2048, parameters={"kid": "two", "use": "sig"})
RULES = OidcRules(
    issuer=ISSUER,
    client_id="s1ecs",
    client_secret="a-client-secret",
    scopes=("openid", "profile"),
    user_claim="preferred_username",
    role_claim="groups",
    roles=[("soc", Role.RESPONDER, "*"), ("eu", Role.VIEWER, "europe"), ("eu-lead", Role.RESPONDER, "europe")],
)
CLAIMS: Mapping[str, Any] = {
    "iss": ISSUER,
    "sub": "an-id",
    "aud": "s1ecs",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 300,
    "nonce": ATTEMPT.nonce,
    "preferred_username": "ada",
    "groups": ["soc"],
}
METADATA: Mapping[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth?tenant=1",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
    "userinfo_endpoint": f"{ISSUER}/me",
}


class Scripted(ProviderSession):
    """A provider that answers what the test wants."""

    def __init__(self) -> None:
        self.metadata = dict(METADATA)
        self.keys: list[Mapping[str, Any]] = [KEY.as_dict(private=False)]
        self.id_token: object = signed(CLAIMS)
        self.user_info: Mapping[str, Any] = {}
        self.asked: list[str] = []

    async def get(self, address: str, *, bearer: str | None = None) -> Mapping[str, Any]:
        """Answer by the address."""
        self.asked.append(address.removeprefix(ISSUER))
        if address.endswith("/me"):
            assert bearer == "an-access-token"
            return self.user_info
        return {"keys": self.keys} if address.endswith("/keys") else self.metadata

    async def post(
        self, address: str, form: Mapping[str, str], *, login: tuple[str, str] | None = None
    ) -> Mapping[str, Any]:
        """Give the tokens."""
        assert (form["code_verifier"], form["redirect_uri"]) == (ATTEMPT.verifier, CALLBACK)
        return {"id_token": self.id_token, "access_token": "an-access-token"}


def signed(claims: Mapping[str, Any], key: Any = KEY, algorithm: str = "RS256") -> str:
    """Return an ID token."""
    header = {"alg": algorithm, "kid": key.kid} if key.kid else {"alg": algorithm}
    return jwt.encode(header, dict(claims), key, algorithms=[algorithm])


@pytest.fixture
def session() -> Scripted:
    """A provider whose ID token is good."""
    return Scripted()


@pytest.fixture
def provider(session: Scripted) -> OidcProvider:
    """The provider as the page sees it."""
    return OidcProvider(RULES, session, lambda: NOW)


async def test_good_token(provider: OidcProvider, session: Scripted) -> None:
    """The claims of a good token are returned; the user information is not asked for what the token has."""
    claims = await provider.claims("a-code", ATTEMPT, CALLBACK)
    assert claims["preferred_username"] == "ada"
    assert "/me" not in session.asked


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": ["s1ecs", "another-client"], "azp": "another-client"},
        {"nonce": "another-nonce"},
        {"nonce": None},
        {"exp": int(NOW.timestamp()) - 61},
        {"iat": int(NOW.timestamp()) + 3600},
        {"sub": None},
        {"exp": None},
        {"at_hash": "wrong"},
    ],
    ids=str,
)
async def test_claims_that_are_refused(provider: OidcProvider, session: Scripted, change: dict[str, Any]) -> None:
    """A token of another issuer, for another client, of another login, or too old is refused."""
    session.id_token = signed({name: value for name, value in {**CLAIMS, **change}.items() if value is not None})
    with pytest.raises(LoginProviderError, match="the ID token is not valid"):
        await provider.claims("a-code", ATTEMPT, CALLBACK)


@pytest.mark.filterwarnings("ignore")
async def test_signatures_that_are_refused(provider: OidcProvider, session: Scripted) -> None:
    """A token signed by another key, by the client's secret, by the public key as a secret, or by nobody is refused."""
    good = signed(CLAIMS)
    head, body, _ = good.split(".")
    by_hash = "eyJhbGciOiJIUzI1NiJ9"
    digest = hmac.digest(KEY.as_pem(private=False), f"{by_hash}.{body}".encode(), "sha256")
    signature = urlsafe_b64encode(digest).rstrip(b"=").decode()
    nobody = "eyJhbGciOiJub25lIn0"
    for forged in (
        signed(CLAIMS, OTHER),
        signed(CLAIMS, OctKey.import_key("a-client-secret-that-is-long-enough"), "HS256"),
        f"{by_hash}.{body}.{signature}",
        f"{nobody}.{body}.",
        f"{head}.{body}.",
        "no token",
        "",
    ):
        session.id_token = forged
        with pytest.raises(LoginProviderError, match="the ID token is not valid"):
            await provider.claims("a-code", ATTEMPT, CALLBACK)
    session.id_token = None
    with pytest.raises(LoginProviderError, match="no ID token"):
        await provider.claims("a-code", ATTEMPT, CALLBACK)


async def test_new_keys_are_fetched(session: Scripted) -> None:
    """Keys are kept; for a token of a new one they are fetched again, but not at each token that does not fit."""
    now = [NOW]
    provider = OidcProvider(RULES, session, lambda: now[0])
    for _ in range(2):
        await provider.claims("a-code", ATTEMPT, CALLBACK)
    assert session.asked.count("/keys") == 1
    session.id_token, session.keys = signed(CLAIMS, OTHER), [OTHER.as_dict(private=False)]
    with pytest.raises(LoginProviderError):
        await provider.claims("a-code", ATTEMPT, CALLBACK)
    now[0] += timedelta(seconds=61)
    assert (await provider.claims("a-code", ATTEMPT, CALLBACK))["sub"] == "an-id"
    assert session.asked.count("/keys") == 2


async def test_keys_of_unknown_kinds_do_no_harm(provider: OidcProvider, session: Scripted) -> None:
    """A set with keys for encryption and of kinds that are not known is used for what is known."""
    session.keys = [{"kty": "new", "x": "1"}, {"kty": "RSA", "use": "enc"}, *session.keys]
    assert (await provider.claims("a-code", ATTEMPT, CALLBACK))["sub"] == "an-id"


async def test_user_information(provider: OidcProvider, session: Scripted) -> None:
    """Claims that the token lacks come from the user information of the same person; those of the token count."""
    session.id_token = signed({name: value for name, value in CLAIMS.items() if name != "groups"})
    session.user_info = {"sub": "an-id", "groups": ["eu"], "preferred_username": "another"}
    claims = await provider.claims("a-code", ATTEMPT, CALLBACK)
    assert (claims["groups"], claims["preferred_username"]) == (["eu"], "ada")
    session.user_info = {"sub": "another-id", "groups": ["soc"]}
    with pytest.raises(LoginProviderError, match="of another person"):
        await provider.claims("a-code", ATTEMPT, CALLBACK)


async def test_metadata(provider: OidcProvider, session: Scripted) -> None:
    """A provider that names itself otherwise, or lacks an address, is refused; a query of its address is kept."""
    session.metadata["issuer"] = "https://login.example.com/"
    with pytest.raises(LoginProviderError, match=r"names itself 'https://login\.example\.com/'; set web_oidc_issuer"):
        await provider.login_address(ATTEMPT, CALLBACK)
    session.metadata["issuer"] = ISSUER
    address = await provider.login_address(ATTEMPT, CALLBACK)
    assert address.startswith(f"{ISSUER}/auth?tenant=1&response_type=code&client_id=s1ecs&")
    assert ATTEMPT.verifier not in address
    del session.metadata["token_endpoint"]
    with pytest.raises(LoginProviderError, match="no token_endpoint"):
        await OidcProvider(RULES, session, lambda: NOW).claims("a-code", ATTEMPT, CALLBACK)


@pytest.mark.parametrize(
    ("claims", "user"),
    [
        ({"groups": ["soc", "eu"]}, PageUser("an-id", {"*": Role.RESPONDER})),
        ({"groups": "eu", "preferred_username": "ada"}, PageUser("ada", {"europe": Role.VIEWER})),
        ({"groups": ["eu-lead", "eu"]}, PageUser("an-id", {"europe": Role.RESPONDER})),
        ({"groups": ["eu", "eu-lead"]}, PageUser("an-id", {"europe": Role.RESPONDER})),
        ({"groups": ["other", 7, None]}, None),
        ({"groups": []}, None),
        ({"groups": None}, None),
        ({"groups": 7}, None),
        ({"groups": {"soc": True}}, None),
        ({}, None),
    ],
)
def test_roles_by_claim(claims: dict[str, Any], user: PageUser | None) -> None:
    """Values of the claim give roles by console, the one with more rights first; other values give none."""
    assert RULES.user({"sub": "an-id", **claims}) == user


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "without web_oidc_client_id"),
        ({"client_id": "s1ecs"}, "without web_oidc_roles"),
        ({"client_id": "s1ecs", "roles": "soc=viewer", "scopes": "email"}, "lacks openid"),
        ({"client_id": "s1ecs", "roles": "soc=admin"}, "'soc=admin' is not allowed"),
        ({"client_id": "s1ecs", "roles": "soc=viewer", "issuer": "http://login.example.com"}, "not encrypted"),
        (
            {"client_id": "s1ecs", "roles": "soc=viewer", "client_secret": "a", "client_secret_file": "b"},
            "keep one of them",
        ),
    ],
)
def test_settings_that_do_not_fit(page: Page, settings: dict[str, str], words: str) -> None:
    """Settings with which nobody could log in are refused with what to set."""
    given = {f"web_oidc_{name}": value for name, value in ({"issuer": ISSUER} | settings).items()}
    with pytest.raises(SettingsError, match=words):
        oidc_rules(Page(page.folder, **given).settings)


def test_rules_of_the_settings(page: Page) -> None:
    """A group may hold an equals sign, as names of directories do."""
    given = {"issuer": ISSUER, "client_id": "s1ecs", "roles": "cn=soc=responder, eu = viewer @ europe"}
    rules = oidc_rules(Page(page.folder, **{f"web_oidc_{name}": value for name, value in given.items()}).settings)
    assert rules is not None
    assert rules.roles == [("cn=soc", Role.RESPONDER, "*"), ("eu", Role.VIEWER, "europe")]
    assert oidc_rules(page.settings) is None


def test_attempts_get_old() -> None:
    """What the cookie of an attempt holds is good for ten minutes."""
    text = attempt_text(ATTEMPT, "/hosts", NOW)
    assert read_attempt(text, NOW + timedelta(minutes=9)) == (ATTEMPT, "/hosts")
    assert read_attempt(text, NOW + timedelta(minutes=10)) is None

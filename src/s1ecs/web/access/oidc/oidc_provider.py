"""The OpenID Connect provider: where it sends people, what its codes are worth, whom its tokens describe."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit, urlunsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from s1ecs.web.access.oidc.provider_session import LoginProviderError, ProviderSession
from s1ecs.web.access.oidc_rules import OidcRules

# Signatures by a key pair; never one by the client's secret, and never none.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_METADATA_LASTS = timedelta(hours=1)
_BETWEEN_KEYS = timedelta(minutes=1)
_LEEWAY_SECONDS = 60
_WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class LoginAttempt:
    """A login that was sent to the provider; all three are random."""

    state: str
    nonce: str
    verifier: str


class OidcProvider:
    """One provider, as its metadata describe it; they and its keys are fetched when they are first needed, and kept."""

    def __init__(self, rules: OidcRules, session: ProviderSession, now: Callable[[], datetime]) -> None:
        self._rules = rules
        self._session = session
        self._now = now
        self._metadata: Mapping[str, Any] = {}
        self._metadata_until: datetime | None = None
        self._keys: KeySet | None = None
        self._keys_at: datetime | None = None

    async def login_address(self, attempt: LoginAttempt, callback: str) -> str:
        """Return the address that a browser is sent to for logging in; raise LoginProviderError."""
        address = await self._endpoint("authorization_endpoint")
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._rules.client_id,
                "redirect_uri": callback,
                "scope": " ".join(self._rules.scopes),
                "state": attempt.state,
                "nonce": attempt.nonce,
                "code_challenge": create_s256_code_challenge(attempt.verifier),
                "code_challenge_method": "S256",
            }
        )
        parts = urlsplit(address)
        return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))

    async def claims(self, code: str, attempt: LoginAttempt, callback: str) -> Mapping[str, Any]:
        """Return what the provider says about the person who brought the code; raise LoginProviderError."""
        tokens = await self._tokens(code, attempt, callback)
        signed, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(signed, str):
            raise LoginProviderError("the provider gave no ID token; add the scope openid")
        claims = await self._verified(signed, attempt.nonce, access_token if isinstance(access_token, str) else None)
        wanted = {self._rules.role_claim, self._rules.user_claim}
        if wanted <= claims.keys() or not isinstance(access_token, str):
            return claims
        more = await self._user_info(access_token)
        if more and more.get("sub") != claims["sub"]:
            raise LoginProviderError("the provider's user information is of another person than its ID token")
        return {**more, **claims}

    async def _tokens(self, code: str, attempt: LoginAttempt, callback: str) -> Mapping[str, Any]:
        address = await self._endpoint("token_endpoint")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": callback,
            "code_verifier": attempt.verifier,
        }
        secret = self._rules.client_secret
        if secret is None:
            return await self._session.post(address, {**form, "client_id": self._rules.client_id})
        methods = (await self._described()).get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in methods:
            # RFC 6749, 2.3.1: both are encoded before they become user and password.
            login = (quote_plus(self._rules.client_id), quote_plus(secret))
            return await self._session.post(address, form, login=login)
        return await self._session.post(address, {**form, "client_id": self._rules.client_id, "client_secret": secret})

    async def _user_info(self, access_token: str) -> Mapping[str, Any]:
        described = await self._described()
        if "userinfo_endpoint" not in described:
            return {}
        return await self._session.get(str(described["userinfo_endpoint"]), bearer=access_token)

    async def _verified(self, signed: str, nonce: str, access_token: str | None) -> Mapping[str, Any]:
        """Check signature and claims of an ID token; a key that is not known yet may be a new one."""
        try:
            try:
                token = jwt.decode(signed, await self._key_set(), algorithms=_ALGORITHMS)
            except (JoseError, ValueError):
                token = jwt.decode(signed, await self._key_set(again=True), algorithms=_ALGORITHMS)
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self._rules.issuer},
                    "aud": {"essential": True, "value": self._rules.client_id},
                    "sub": {"essential": True},
                },
                params={"nonce": nonce, "client_id": self._rules.client_id, "access_token": access_token},
            )
            claims.validate(now=int(self._now().timestamp()), leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            raise LoginProviderError(
                f"the ID token is not valid ({error}); check web_oidc_issuer, web_oidc_client_id and the clocks"
            ) from error
        return dict(claims)

    async def _key_set(self, *, again: bool = False) -> KeySet:
        now = self._now()
        recent = self._keys_at is not None and now - self._keys_at < _BETWEEN_KEYS
        if self._keys is None or (again and not recent):
            found = await self._session.get(await self._endpoint("jwks_uri"))
            self._keys = KeySet.import_key_set({"keys": [*_usable(found)]})
            self._keys_at = now
        return self._keys

    async def _endpoint(self, name: str) -> str:
        address = (await self._described()).get(name)
        if not isinstance(address, str):
            raise LoginProviderError(f"the provider's metadata have no {name}; check web_oidc_issuer")
        return address

    async def _described(self) -> Mapping[str, Any]:
        now = self._now()
        if self._metadata_until is None or now >= self._metadata_until:
            found = await self._session.get(self._rules.issuer.rstrip("/") + _WELL_KNOWN)
            if found.get("issuer") != self._rules.issuer:
                raise LoginProviderError(
                    f"the provider names itself {str(found.get('issuer'))[:200]!r}; set web_oidc_issuer to exactly that"
                )
            self._metadata, self._metadata_until = found, now + _METADATA_LASTS
        return self._metadata


def _usable(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the public keys for signatures; kinds that we don't know would make the whole set unusable."""
    keys = found.get("keys")
    listed = keys if isinstance(keys, list) else []
    return [
        each
        for each in listed
        if isinstance(each, dict) and each.get("kty") in {"RSA", "EC"} and each.get("use", "sig") == "sig"
    ]

"""Rules of OpenID Connect by the settings: the provider, the client, and roles by claim."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from s1ecs.errors import SettingsError
from s1ecs.masking import hide
from s1ecs.settings import Settings
from s1ecs.settings.secrets import token_from_file
from s1ecs.settings.web_values import split_rule
from s1ecs.web.access.page_user import EVERY_CONSOLE, PageUser, Role


@dataclass(frozen=True)
class OidcRules:
    """The provider, the client that s1ecs is for it, and roles by the values of a claim."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    scopes: Sequence[str]
    user_claim: str
    role_claim: str
    roles: Sequence[tuple[str, Role, str]]
    ca_file: Path | None = None

    def user(self, claims: Mapping[str, Any]) -> PageUser | None:
        """Return the person whom the claims describe; None where they bring no role."""
        found = claims.get(self.role_claim)
        listed = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        values = {each for each in listed if isinstance(each, str)}
        roles: dict[str, Role] = {}
        for value, role, console in self.roles:
            # Of several rules that apply to a console the one with more rights counts.
            if value in values and roles.get(console) is not Role.RESPONDER:
                roles[console] = role
        # A console that is named must not take away what holds for all.
        if roles.get(EVERY_CONSOLE) is Role.RESPONDER:
            roles = {EVERY_CONSOLE: Role.RESPONDER}
        name = claims.get(self.user_claim) or claims["sub"]
        return PageUser(str(name), roles) if roles else None


def oidc_rules(settings: Settings) -> OidcRules | None:
    """Return the rules, None without a provider; raise SettingsError where the settings do not fit together."""
    issuer = settings.web_oidc_issuer
    if issuer is None:
        return None
    if settings.web_oidc_client_id is None:
        raise SettingsError("web_oidc_issuer is set without web_oidc_client_id; set the id of the client")
    if not settings.web_oidc_roles:
        raise SettingsError(
            "web_oidc_issuer is set without web_oidc_roles, so nobody could log in; set roles by value of the claim "
            f"{settings.web_oidc_role_claim}, such as soc=responder"
        )
    if "openid" not in settings.web_oidc_scopes:
        raise SettingsError("web_oidc_scopes lacks openid; add it")
    return OidcRules(
        issuer=issuer,
        client_id=settings.web_oidc_client_id,
        client_secret=_secret(settings),
        scopes=settings.web_oidc_scopes,
        user_claim=settings.web_oidc_user_claim,
        role_claim=settings.web_oidc_role_claim,
        roles=[_rule(each) for each in settings.web_oidc_roles],
        ca_file=settings.web_oidc_ca_file,
    )


def _rule(text: str) -> tuple[str, Role, str]:
    value, role, console = split_rule(text)
    return value, Role(role), console or EVERY_CONSOLE


def _secret(settings: Settings) -> str | None:
    given, file = settings.web_oidc_client_secret, settings.web_oidc_client_secret_file
    if given is not None and file is not None:
        raise SettingsError("web_oidc_client_secret and web_oidc_client_secret_file are both set; keep one of them")
    if file is not None:
        secret = token_from_file(file, "web_oidc_client_secret_file")
        hide([secret])
        return secret
    return given.reveal() if given is not None else None

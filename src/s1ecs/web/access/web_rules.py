"""Rules of access by the settings, checked as a whole before the page is served."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from s1ecs.errors import SettingsError
from s1ecs.masking import hide
from s1ecs.settings import Settings
from s1ecs.settings.addresses import is_loopback
from s1ecs.settings.secrets import token_from_file
from s1ecs.web.access.page_user import Role
from s1ecs.web.access.user_file import users_path

_SHORTEST_TOKEN = 16


@dataclass(frozen=True)
class WebRules:
    """Names, prefix, proxies, users and sessions of the page."""

    host: str
    names: frozenset[str]
    root: str
    proxies: Sequence[str]
    users: Path
    service_token: str | None = field(repr=False)
    service_role: Role
    idle: timedelta
    longest: timedelta
    encrypted: bool


def web_rules(settings: Settings) -> WebRules:
    """Return the rules; raise SettingsError where the settings do not fit together."""
    if settings.web_key_file is not None and settings.web_cert_file is None:
        raise SettingsError(
            "web_key_file is set without web_cert_file; set web_cert_file to the file of the certificate"
        )
    if settings.web_token is not None and settings.web_token_file is not None:
        raise SettingsError("web_token and web_token_file are both set; keep one of them")
    host = settings.web_host
    if not is_loopback(host) and settings.web_cert_file is None and not settings.web_proxies:
        raise SettingsError(
            f"the page can't be served at {host} without encryption: anyone on the network could read passwords and "
            "documents. Set web_cert_file and web_key_file, or name the reverse proxy that encrypts in web_proxies, or "
            "keep web_host 127.0.0.1"
        )
    return WebRules(
        host=host,
        names=frozenset({host.lower(), *settings.web_hosts}),
        root=settings.web_root,
        proxies=settings.web_proxies,
        users=users_path(settings),
        service_token=_service_token(settings),
        service_role=Role(settings.web_token_role),
        idle=settings.web_session_idle,
        longest=settings.web_session_max,
        encrypted=settings.web_cert_file is not None,
    )


def _service_token(settings: Settings) -> str | None:
    if settings.web_token_file is not None:
        token = token_from_file(settings.web_token_file, "web_token_file")
    elif settings.web_token is not None:
        token = settings.web_token.reveal()
    else:
        return None
    if len(token) < _SHORTEST_TOKEN:
        raise SettingsError(
            f"the token of services (web_token) is shorter than {_SHORTEST_TOKEN} characters; generate one, such as "
            "with: openssl rand -hex 32"
        )
    hide([token])
    return token

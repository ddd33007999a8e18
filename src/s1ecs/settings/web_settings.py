"""Settings of the web page: address, TLS, proxy, users, sessions and OpenID Connect."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from s1ecs.settings import web_values
from s1ecs.settings.inherited_settings import Frozen
from s1ecs.settings.secrets import Secret
from s1ecs.settings.setting import Described
from s1ecs.settings.value_types import DURATION, EXISTING_FILE, HOST, LOGIN_FILE, PASSWORD, PATH, TOKEN, TOKEN_FILE


class OfWeb(Frozen):
    """Settings of `s1ecs serve` and `s1ecs run --web`."""

    web_port: Annotated[
        int,
        web_values.LISTEN_PORT,
        Described("Port of the web page; 0 picks a free one.", default=8787),
    ]
    web_host: Annotated[
        str,
        HOST,
        Described(
            "Listen address of the web page. An address that other machines reach requires TLS or web_proxies.",
            default="127.0.0.1",
        ),
    ]
    web_hosts: Annotated[
        tuple[str, ...],
        web_values.HOST_NAMES,
        Described(
            "Host names by which browsers reach the web page, such as soc.example.com. Requests to other names are "
            "refused.",
            default=(),
            default_words="localhost and the listen address",
        ),
    ]
    web_root: Annotated[
        str,
        web_values.ROOT,
        Described("Path prefix of the web page behind a reverse proxy.", default="", default_words="none"),
    ]
    web_proxies: Annotated[
        tuple[str, ...],
        web_values.NETWORKS,
        Described(
            "Addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto count.",
            default=(),
            default_words="none",
        ),
    ]
    web_cert_file: Annotated[
        Path | None,
        EXISTING_FILE,
        Described("PEM file of the certificate of the web page, with its chain.", default_words="none; no TLS"),
    ]
    web_key_file: Annotated[
        Path | None,
        EXISTING_FILE,
        Described("PEM file of the private key, without a password.", default_words="in web_cert_file"),
    ]
    web_users_file: Annotated[
        Path | None,
        PATH,
        Described(
            "File of the users of the web page, written by `s1ecs web-user`.",
            default_words="web-users.json in state_dir",
        ),
    ]
    web_token: Annotated[
        Secret | None,
        TOKEN,
        Described(
            "Token of services: `Authorization: Bearer` for /api, /metrics and /readyz. Also accepted at /login.",
            default_words="not set",
        ),
    ]
    web_token_file: Annotated[
        Path | None,
        TOKEN_FILE,
        Described("File with the token of services, instead of web_token.", default_words="not set"),
    ]
    web_token_role: Annotated[
        Literal["viewer", "responder"],
        Described("Role of who uses the token of services: viewer or responder, on all consoles.", default="viewer"),
    ]
    web_session_idle: Annotated[
        timedelta,
        DURATION,
        Described("Time without a request after which a session ends.", default=timedelta(hours=2)),
    ]
    web_session_max: Annotated[
        timedelta,
        DURATION,
        Described("Time after which every session ends.", default=timedelta(hours=12)),
    ]
    web_oidc_issuer: Annotated[
        str | None,
        web_values.ISSUER,
        Described(
            "Issuer of the OpenID Connect provider, such as https://login.example.com/realms/soc. Requires the extra "
            "oidc.",
            default_words="none; no OpenID Connect",
        ),
    ]
    web_oidc_client_id: Annotated[
        str | None,
        web_values.CLIENT_ID,
        Described("Client id that the provider knows s1ecs by.", default_words="not set"),
    ]
    web_oidc_client_secret: Annotated[
        Secret | None,
        PASSWORD,
        Described("Secret of the client. Prefer web_oidc_client_secret_file.", default_words="none; a public client"),
    ]
    web_oidc_client_secret_file: Annotated[
        Path | None,
        LOGIN_FILE,
        Described("File with the secret of the client.", default_words="not set"),
    ]
    web_oidc_scopes: Annotated[
        tuple[str, ...],
        web_values.SCOPES,
        Described("Scopes to request.", default=("openid", "profile", "email")),
    ]
    web_oidc_user_claim: Annotated[
        str,
        web_values.CLAIM,
        Described(
            "Claim with the name of the user, for the audit trail. Without it, sub is used.",
            default="preferred_username",
        ),
    ]
    web_oidc_role_claim: Annotated[
        str,
        web_values.CLAIM,
        Described("Claim that decides about the role, a text or a list of texts.", default="groups"),
    ]
    web_oidc_roles: Annotated[
        tuple[str, ...],
        web_values.ROLE_RULES,
        Described(
            "Roles by value of that claim: soc=responder on all consoles, soc-eu=viewer@europe on one. Who has none of "
            "the values is refused.",
            default=(),
            default_words="none",
        ),
    ]
    web_oidc_ca_file: Annotated[
        Path | None,
        EXISTING_FILE,
        Described(
            "PEM file of trusted certificate authorities, for a provider of your own.",
            default_words="system authorities",
        ),
    ]

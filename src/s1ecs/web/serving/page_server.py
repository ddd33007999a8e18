"""The page as a server: everything made from the settings, served while a context lasts."""

import secrets
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlencode

from prometheus_client.registry import Collector
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from s1ecs.bootstrap.store_folder import store_folder
from s1ecs.embedded_server import AsgiApplication, ServedWith, address_of, embedded_server, listen
from s1ecs.errors import SettingsError
from s1ecs.open_files import at_limit
from s1ecs.respond.session import own_name
from s1ecs.settings import Settings
from s1ecs.web.access.oidc_rules import oidc_rules
from s1ecs.web.access.page_access import open_access
from s1ecs.web.access.web_rules import WebRules, web_rules
from s1ecs.web.app import make_app
from s1ecs.web.context import WebContext
from s1ecs.web.health_lines import health_lines
from s1ecs.web.questions.reader import StoreReader
from s1ecs.web.serving.low_priority import yield_to_collecting
from s1ecs.web.serving.monitoring_routes import monitoring_routes
from s1ecs.web.serving.page_parts import PARTS, MakeParts

# Open pages keep a connection each for what is live.
_MOST_CONNECTIONS = 2_000


@asynccontextmanager
async def served_page(
    settings: Settings, metrics: Sequence[Collector] = (), makers: Sequence[MakeParts] = PARTS
) -> AsyncIterator[str]:
    """Serve the page while the context lasts; yield its address with the login link, which opens one session.

    `metrics` are those of a collector in this process, `makers` make the parts that live as long as the server. Raise
    SettingsError if the settings do not fit together or the address can't be used.
    """
    yield_to_collecting()
    rules = web_rules(settings)
    oidc = oidc_rules(settings)
    _check_certificate(settings.web_cert_file, settings.web_key_file)
    options = ServedWith(_MOST_CONNECTIONS, settings.web_cert_file, settings.web_key_file)
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(
            listen(rules.host, settings.web_port, what="the page", cure="change web_port (--port) or web_host")
        )
        port = listener.getsockname()[1]
        access = open_access(rules, owner=_owner(), port=port, now=_utc, random=secrets.token_urlsafe, oidc=oidc)
        stack.push_async_callback(access.close)
        context = WebContext(settings, StoreReader(store_folder(settings, "the web page")), _utc)
        stack.callback(context.store.close)
        parts = [make(context) for make in makers]
        for each in parts:
            stack.push_async_callback(each.close)
        routers = [router for each in parts for router in each.routers]
        app = make_app(context, [monitoring_routes(partial(health_lines, context), metrics), *routers], access)
        for each in parts:
            each.install(app)
        application: AsgiApplication = app
        if rules.proxies:
            application = ProxyHeadersMiddleware(application, list(rules.proxies))
        await stack.enter_async_context(embedded_server(application, listener, options))
        for each in parts:
            stack.callback(each.stop)
        base = address_of(listener, _shown_host(rules), scheme="https" if rules.encrypted else "http")
        yield f"{base}{rules.root}/login?{urlencode({'token': access.link.token})}"


def _utc() -> datetime:
    return datetime.now(UTC)


def _owner() -> str:
    """Return the name of whoever started this process, which response actions of the login link are recorded under."""
    return own_name() or "local"


def _shown_host(rules: WebRules) -> str:
    """Return the name for the link: what listens everywhere is reached by loopback, a certificate is for a name."""
    named = sorted(rules.names - {rules.host.lower()})
    if rules.encrypted and named:
        return named[0]
    try:
        address = ip_address(rules.host)
    except ValueError:
        return rules.host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "::1"  # noqa: PLR2004
    return rules.host


def _check_certificate(certificate: Path | None, key: Path | None) -> None:
    """Raise SettingsError if the certificate can't be used: the server itself would end the process."""
    if certificate is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: b"")
    except (OSError, ValueError) as error:
        reason = at_limit(error) if isinstance(error, OSError) else None
        if isinstance(error, ssl.SSLError):
            reason = "certificate and key do not belong together, are not PEM, or the key has a password"
        elif isinstance(error, OSError):
            reason = reason or error.strerror
        raise SettingsError(
            f"web_cert_file {certificate}{f', web_key_file {key}' if key else ''} can't be used: {reason or error}"
        ) from None

"""An HTTP session with a console: certificates, proxy, time-outs, connections kept open."""

import ssl

import httpx2

from s1ecs.api.connection import Connection
from s1ecs.errors import SettingsError

# Longer than the usual interval, so that the next poll finds its connection open.
_KEEP_ALIVE_SECONDS = 90.0


def open_session(connection: Connection, connections: int) -> httpx2.AsyncClient:
    """Open a session of at most so many connections; nothing is sent yet.

    Raises SettingsError if `ca_file` or `proxy` can't be used.
    """
    return httpx2.AsyncClient(
        headers={
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": connection.user_agent,
        },
        verify=_tls(connection),
        proxy=_proxy(connection),
        timeout=httpx2.Timeout(connection.read_timeout, connect=connection.connect_timeout, pool=None),
        limits=httpx2.Limits(max_connections=connections, keepalive_expiry=_KEEP_ALIVE_SECONDS),
        follow_redirects=False,
        # A ~/.netrc would replace the token, and a proxy of the environment would be none that `s1ecs settings`
        # shows: what the settings say is all there is.
        trust_env=False,
    )


def _tls(connection: Connection) -> ssl.SSLContext | bool:
    if connection.ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=connection.ca_file)
    except OSError as error:
        # ssl.SSLError is an OSError: the file is there but holds no certificate.
        reason = "it holds no PEM certificate" if isinstance(error, ssl.SSLError) else error.strerror
        text = f"the file of the setting 'ca_file' can't be used ({connection.ca_file}): {reason}"
        raise SettingsError(f"{connection.console}: {text}") from error


def _proxy(connection: Connection) -> httpx2.Proxy | None:
    if connection.proxy is None:
        return None
    if connection.proxy.startswith(("http://", "https://")):
        try:
            return httpx2.Proxy(connection.proxy)
        except (ValueError, httpx2.InvalidURL):
            pass
    # Without the address and the text of the cause: both may show the proxy's password.
    text = "the setting 'proxy' is no address of the form http[s]://[user:password@]host:port"
    raise SettingsError(f"{connection.console}: {text}") from None

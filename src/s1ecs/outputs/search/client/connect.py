"""From settings to a search server that was not contacted yet."""

import base64
import ssl
from pathlib import Path

import httpx2

from s1ecs.errors import SettingsError
from s1ecs.open_files import at_limit
from s1ecs.outputs.search.client.http_server import HttpServer
from s1ecs.outputs.search.client.login import SearchSettings
from s1ecs.outputs.search.client.node import Node
from s1ecs.outputs.search.client.server import SearchServer


def connect(settings: SearchSettings) -> SearchServer:
    """Return a server that was not contacted yet; raise SettingsError for an unusable `ca_file` or address."""
    context = _tls_context(settings.name, settings.ca_file)
    place = "cloud_id" if settings.cloud_id else "hosts"
    try:
        hosts = (_cloud_address(settings.cloud_id),) if settings.cloud_id else settings.hosts
        return HttpServer(settings, [Node(host, settings, context) for host in hosts])
    except (ValueError, httpx2.InvalidURL):
        # The error's own text shows the value.
        raise SettingsError(f"{settings.name}: {place} can't be used; copy it again from where it came from") from None


def _cloud_address(cloud_id: str) -> str:
    """Return the address of a deployment: its id is `NAME:` and Base64 of `HOST[:PORT]$ELASTICSEARCH[$KIBANA]`."""
    host, deployment, *_ = base64.b64decode(cloud_id.partition(":")[2]).decode("ascii").split("$")
    if not host or not deployment:
        raise ValueError
    name, _, port = host.partition(":")
    return f"https://{deployment}.{name}:{port or 443}"


def _tls_context(name: str, ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        # ssl.SSLError is an OSError: the file is there but holds no certificate.
        reason = at_limit(error) or (
            "it holds no PEM certificate" if isinstance(error, ssl.SSLError) else error.strerror
        )
        raise SettingsError(f"{name}: the file of 'ca_file' can't be used ({ca_file}): {reason}") from None

"""Requests to the OpenID Connect provider: JSON within bounds of time and size."""

import asyncio
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import orjson

from s1ecs.errors import S1ecsError, SettingsError
from s1ecs.open_files import at_limit
from s1ecs.sentinelone.transport import read_body

_SECONDS = 10.0
_LARGEST = 1_000_000
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class LoginProviderError(S1ecsError):
    """The provider can't be used or did not log the person in; the text says what to do and holds no secret."""


class ProviderSession:
    """HTTP client of one provider."""

    def __init__(self, issuer: str, ca_file: Path | None) -> None:
        self._name = urlsplit(issuer).hostname or issuer
        self._client = httpx2.AsyncClient(
            verify=_trust(ca_file), timeout=httpx2.Timeout(_SECONDS), follow_redirects=False, trust_env=False
        )

    async def get(self, address: str, *, bearer: str | None = None) -> Mapping[str, Any]:
        """Return the JSON object at an address; raise LoginProviderError."""
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
        return await self._object("GET", address, headers=headers)

    async def post(
        self, address: str, form: Mapping[str, str], *, login: tuple[str, str] | None = None
    ) -> Mapping[str, Any]:
        """Return the JSON object that answers a form; raise LoginProviderError."""
        auth = httpx2.BasicAuth(*login) if login else None
        return await self._object("POST", address, headers={"Accept": "application/json"}, data=dict(form), auth=auth)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _object(self, method: str, address: str, **request: Any) -> Mapping[str, Any]:
        self._require_encryption(address)
        path = urlsplit(address).path
        body = bytearray()
        auth = request.pop("auth", None)
        try:
            async with asyncio.timeout(_SECONDS):
                built = self._client.build_request(method, address, **request)
                response = await self._client.send(built, stream=True, auth=auth)
                try:
                    whole = await read_body(response, _LARGEST, body)
                finally:
                    await response.aclose()
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError, ValueError) as error:
            reason = str(error) or "no answer in time"
            raise LoginProviderError(f"{self._name} can't be reached ({path}): {reason}") from error
        try:
            found = orjson.loads(body) if whole else None
        except orjson.JSONDecodeError:
            found = None
        if response.status_code != HTTPStatus.OK:
            told = found if isinstance(found, dict) else {}
            reason = " ".join(str(told[key])[:200] for key in ("error", "error_description") if key in told)
            raise LoginProviderError(f"{self._name} answered {path} with {response.status_code} {reason}".strip())
        if not isinstance(found, dict):
            raise LoginProviderError(f"{self._name} answered {path} with something else than a JSON object")
        return found

    def _require_encryption(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise LoginProviderError(f"{self._name} names an address without encryption; it must begin with https://")


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    if ca_file is None:
        return httpx2.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except OSError as error:
        reason = at_limit(error) or ("no PEM certificate" if isinstance(error, ssl.SSLError) else error.strerror)
        raise SettingsError(f"web_oidc_ca_file {ca_file} can't be used: {reason}") from error

"""What is needed to reach a search server, and what its login looks like on the wire."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from s1ecs.outputs.search.server import Kind

# The value of the header Authorization, read anew where it may have changed; None without a login. Raises OutputError.
Login = Callable[[], str | None]


def nobody() -> None:
    """No login."""


@dataclass(frozen=True)
class SearchSettings:
    """Which server, by which way, with which login. Exactly one of `hosts` and `cloud_id` is set.

    `hosts` are URLs without credentials; `ca_fingerprint` is the SHA-256 of an authority's certificate in hex; `proxy`
    is a URL that may hold a user and password.
    """

    kind: Kind
    name: str
    hosts: tuple[str, ...] = ()
    cloud_id: str | None = None
    login: Login = field(default=nobody, repr=False)
    ca_file: Path | None = None
    ca_fingerprint: str | None = None
    proxy: str | None = field(default=None, repr=False)
    user_agent: str = "s1ecs"


def basic(user: str, password: str) -> str:
    """The header of a user and password."""
    return f"Basic {_encoded(f'{user}:{password}')}"


def api_key(text: str) -> str:
    """The header of an API key, given as `id:key` or encoded, as the server gives it as `encoded`."""
    return f"ApiKey {_encoded(text) if ':' in text else text}"


def bearer(text: str) -> str:
    """The header of a token."""
    return f"Bearer {text}"


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")

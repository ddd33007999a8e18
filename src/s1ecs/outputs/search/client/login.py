"""The settings of a connection to a search server, and the headers of its logins."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from s1ecs.defaults import MAX_ANSWER
from s1ecs.outputs.search.client.server import ServerKind

# The value of the header Authorization, read anew where it may have changed; None without a login. Raises OutputError.
Login = Callable[[], str | None]


def nobody() -> None:
    """Return no login."""


@dataclass(frozen=True)
class SearchSettings:
    """The address, TLS, proxy and login of a server. Exactly one of `hosts` and `cloud_id` is set.

    `hosts` are URLs without credentials; `ca_fingerprint` is the SHA-256 of an authority's certificate in hex; `proxy`
    is a URL that may hold a user and password; `max_answer` is in bytes, of an answer unpacked.
    """

    kind: ServerKind
    name: str
    hosts: tuple[str, ...] = ()
    cloud_id: str | None = None
    login: Login = field(default=nobody, repr=False)
    ca_file: Path | None = None
    ca_fingerprint: str | None = None
    proxy: str | None = field(default=None, repr=False)
    user_agent: str = "s1ecs"
    max_answer: int = MAX_ANSWER


def basic(user: str, password: str) -> str:
    """Return the header of a user and password."""
    return f"Basic {_encoded(f'{user}:{password}')}"


def api_key(text: str) -> str:
    """Return the header of an API key, given as `id:key` or as the server's `encoded`."""
    return f"ApiKey {_encoded(text) if ':' in text else text}"


def bearer(text: str) -> str:
    """Return the header of a token."""
    return f"Bearer {text}"


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")

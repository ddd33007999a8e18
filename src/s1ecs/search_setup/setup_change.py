"""A change to a server, as setup plans it and prints it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

SetupAction = Literal["create", "upgrade", "take over", "unchanged", "left alone", "set", "roll over"]


@dataclass(frozen=True)
class SetupRequest:
    """A request that changes the server."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """The request as `--dry-run` prints it."""
        query = "&".join(f"{name}={value}" for name, value in (self.query or {}).items())
        path = f"{self.path}?{query}" if query else self.path
        return {"method": self.method, "path": path, **({} if self.body is None else {"body": dict(self.body)})}


@dataclass(frozen=True)
class SetupChange:
    """Change of one artifact on the server: `request` makes it, None if there is nothing to do."""

    action: SetupAction
    what: str
    name: str
    why: str = ""
    request: SetupRequest | None = None

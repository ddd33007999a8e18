"""Identity of the person at the page, and what the person may do on which console."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

# In `roles`: every console that is not named.
EVERY_CONSOLE = "*"


class Role(StrEnum):
    """Role on a console; a responder may do what a viewer may, and perform response actions."""

    VIEWER = "viewer"
    RESPONDER = "responder"


@dataclass(frozen=True)
class PageUser:
    """A person who is logged in: the name for the audit trail, and roles by console."""

    name: str
    roles: Mapping[str, Role]

    def role_on(self, console: str) -> Role | None:
        """Return the role on a console; None: the person does not see it."""
        return self.roles.get(console, self.roles.get(EVERY_CONSOLE))

    def may_respond(self, console: str) -> bool:
        """Tell whether the person may perform response actions on a console."""
        return self.role_on(console) is Role.RESPONDER

    @property
    def visible(self) -> Sequence[str] | None:
        """Consoles whose documents the person sees; None: all of them."""
        return None if EVERY_CONSOLE in self.roles else sorted(self.roles)

"""The form of a scenario: a custom detection rule and the event that it fires on."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Scenario:
    """A STAR rule and what sets it off, as data.

    `event` is a key of `EVENTS` (s1ecs.standin.events), `process` and `parent` are keys of `PROGRAMS`. `command`,
    `parent_command` and the values of `details` (path in the alert record -> text) are templates, filled from the
    words that `s1ecs.standin.alerts` offers. `weight` says how often it happens beside the others on its hosts.
    """

    name: str
    description: str
    severity: str
    event: str
    systems: tuple[str, ...]
    query: str
    process: str
    command: str
    parent: str
    parent_command: str
    details: Mapping[str, str] = field(default_factory=dict)
    in_containers: bool = False
    weight: int = 10

"""Traces of an action in the ordinary lists: activities and changed records."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from s1ecs.standin import invent, tokens
from s1ecs.standin.activities import of_action
from s1ecs.standin.activity_types import ActivityType
from s1ecs.standin.console import StandinConsole
from s1ecs.standin.organisation import Host


def host_of(console: StandinConsole, agent_id: str) -> Host:
    """Return the host of that agent; raises StopIteration if there is none."""
    return next(host for host in console.organisation.hosts if host.id == agent_id)


def tell(
    console: StandinConsole,
    kind: ActivityType,
    host: Host | None,
    moment: datetime,
    *,
    token: tokens.Token | None = None,
    data: Mapping[str, Any] | None = None,
    identity: str | None = None,
    **keys: Any,
) -> str:
    """Write an activity, by the token's user if one is given; return its id. `keys` are of the record itself."""
    actions = console.actions
    number = actions.number()
    identity = identity or invent.identifier(moment, number)
    told = actions.controls.forget_activities
    if told is True or (not isinstance(told, bool) and kind.number in told):
        return identity
    random = invent.source(console.organisation.seed, "action", number)
    more = {"username": token.user_name if token else None, **(data or {})}
    record = of_action(random, kind, host, more, created=moment, identity=identity)
    record["userId"] = token.user_id if token else None
    console.lists["activity"].shelf().add(record | keys)
    return identity


def change(console: StandinConsole, name: str, identity: str, moment: datetime, **new: Any) -> None:
    """Change keys at the top of a record of that list, its `updatedAt` too."""
    shelf = console.lists[name].shelf()
    shelf.replace(identity, shelf.record(identity) | {"updatedAt": invent.time_text(moment), **new})


def change_info(console: StandinConsole, name: str, identity: str, moment: datetime, **new: Any) -> None:
    """Change the `threatInfo` of a threat or the `alertInfo` of an alert, its `updatedAt` too."""
    shelf = console.lists[name].shelf()
    if name == "threat":
        console.actions.acted_on.add(identity)
    record = shelf.record(identity)
    section = f"{name}Info"
    record[section] = record[section] | {"updatedAt": invent.time_text(moment), **new}
    shelf.replace(identity, record)

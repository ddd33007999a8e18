"""Ids that the console does not know: said as such, with how to find those that there are."""

from collections.abc import Mapping

from s1ecs.errors import ActionRefused, ConsoleError
from s1ecs.respond.actions.refused_name import is_unknown
from s1ecs.respond.actions.response_parsing import briefly

_FIND: Mapping[str, str] = {
    "script": "`s1ecs respond scripts` lists them",
    "group": "`s1ecs respond groups` lists them",
    "site": "`s1ecs respond sites` lists them",
    "account": "`s1ecs respond accounts` lists them",
    "threat": '`s1ecs query "SELECT threat_id, threat, host FROM threat"` lists the collected ones',
    "alert": '`s1ecs query "SELECT alert_id, rule, host FROM alert"` lists the collected ones',
    "unified alert": '`s1ecs query "SELECT alert_id, alert, host FROM unified_alert"` lists the collected ones',
}


def no_such(what: str, identity: str, said: str = "") -> ActionRefused:
    """The refusal of an id that the console does not know; `said` are its own words, where it gave any."""
    words = f" (the console reported: {said})" if said else ""
    find = f"; {_FIND[what]}" if what in _FIND else ""
    return ActionRefused(f"no such {what}: {identity}, or the token cannot read it{words}{find}")


def as_unknown(error: ConsoleError, what: str, identity: str, console: str) -> ActionRefused:
    """The refusal of an id that the console refused; raise the error where it is about something else."""
    if not is_unknown(error):
        raise error
    return no_such(what, identity, briefly(error, console))

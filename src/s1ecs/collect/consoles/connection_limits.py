"""Limit of connections for each console, so that all of them fit into the limit of open files."""

from collections.abc import Callable

from s1ecs.errors import SettingsError
from s1ecs.open_files import CURE, ENOUGH_CONNECTIONS, connections_each, limit, needed
from s1ecs.settings import Settings


def share_of_each(settings: Settings, warn: Callable[[str], None], consoles: int | None = None) -> int:
    """Return the connections of each console; warn if they are few, raise SettingsError if there are none.

    `consoles` is the number of those that are collected at a time, by default all of the settings.
    """
    consoles, most = len(settings.consoles) if consoles is None else consoles, limit()
    # Search servers have connections to each of their hosts.
    outputs = sum(len(output.values.get("hosts") or ("",)) for output in settings.outputs)
    each = connections_each(most, consoles, outputs)
    if each == 0:
        raise SettingsError(
            f"{consoles} consoles need at least {needed(consoles, outputs)} open files, but the limit of this "
            f"process is {most}: {CURE}"
        )
    if each < ENOUGH_CONNECTIONS:
        warn(
            f"the limit of {most} open files leaves {each} connections for each of {consoles} consoles, so their "
            f"streams wait for each other; {needed(ENOUGH_CONNECTIONS * consoles, outputs)} are enough: "
            f"{CURE}"
        )
    return each

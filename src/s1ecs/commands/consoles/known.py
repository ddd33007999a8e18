"""`s1ecs consoles`: identity of each console by name."""

from s1ecs.bootstrap.state import open_readonly, require_state
from s1ecs.commands.terminal.tables import print_json, print_table
from s1ecs.settings import Settings
from s1ecs.state.consoles import KnownConsole

_COLUMNS = ("console", "in_settings", "address", "ids", "first_name")


def list_known(settings: Settings, *, json: bool) -> None:
    """Print a row for each console of the settings and of the state; raise StateError where there is no state."""
    require_state(settings)
    known = {each.name: each for each in open_readonly(settings).consoles()}
    names = dict.fromkeys([*(each.name for each in settings.consoles), *known])
    found = [(name, known.get(name, KnownConsole(name, name))) for name in names]
    in_settings = {each.name for each in settings.consoles}
    if json:
        rows = [(name, name in in_settings, each.address, sorted(each.ids), each.born) for name, each in found]
        print_json(_COLUMNS, rows)
        return
    lines = [
        (
            name,
            "yes" if name in in_settings else "no",
            each.address or "unknown",
            ", ".join(sorted(each.ids)),
            each.born,
        )
        for name, each in found
    ]
    print_table(_COLUMNS, lines)

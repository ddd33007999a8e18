"""Archives that want to do harm, for whoever reads them to refuse."""

from collections.abc import Mapping, Sequence

from s1ecs.standin.action_state.controls import Hostile
from s1ecs.standin.actions.zips import SYMLINK, Member

_BOMB = 64 << 20
_MANY = 20_000

# What each kind adds: a member outside of the folder, one that points there, one that swells, too many.
_ADDED: Mapping[Hostile, Sequence[Member]] = {
    "traversal": (Member("../../outside.txt", b"outside\n"), Member("..\\..\\outside.txt", b"outside\n")),
    "absolute": (Member("/outside.txt", b"outside\n"), Member("C:\\outside.txt", b"outside\n")),
    "symlink": (Member("link", b"/etc/passwd", SYMLINK),),
}


def with_hostile(members: Sequence[Member], kind: Hostile | None) -> Sequence[Member]:
    """Return the members, with those that make them an archive of that kind."""
    match kind:
        case None:
            return members
        case "bomb":
            return [*members, Member("large.bin", bytes(_BOMB))]
        case "many":
            return [*members, *(Member(f"many/{number}", b"") for number in range(_MANY))]
    return [*members, *_ADDED[kind]]

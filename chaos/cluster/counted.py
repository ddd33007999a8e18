"""The comparison of what all consoles hold with what an output has, stream by stream; ids have their console's name."""

from collections import Counter
from collections.abc import Mapping

from chaos.delivered import Ids
from chaos.held import Held

HeldBy = Mapping[str, Held]
_NOBODY = "no console"


def together(held: HeldBy) -> Held:
    """Return what all consoles hold."""
    return Held(
        frozenset(f"{console} {each}" for console, of in held.items() for each in of.readable),
        frozenset(f"{console} {each}" for console, of in held.items() for each in of.allowed),
    )


def by_console(found: Mapping[str, Ids]) -> Ids:
    """Return what an output has that tells consoles apart."""
    return Counter({f"{console} {each}": times for console, ids in found.items() for each, times in ids.items()})


def by_holder(found: Ids, held: HeldBy) -> Ids:
    """Return what an output has that keeps the documents of all consoles in one place, by who holds them."""
    holders = {each: console for console, of in held.items() for each in of.allowed}
    return Counter({f"{holders.get(each, _NOBODY)} {each}": times for each, times in found.items()})


def held_twice(held: HeldBy) -> list[str]:
    """Return the ids that two consoles have, which no output could keep apart."""
    times = Counter(each for of in held.values() for each in of.allowed)
    return sorted(each for each, consoles in times.items() if consoles > 1)

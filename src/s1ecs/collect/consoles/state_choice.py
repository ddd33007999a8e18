"""The decision which state a console of the settings continues: pure, from what is known and what was learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from s1ecs.state.consoles import KnownConsole


@dataclass(frozen=True)
class SeenConsole:
    """A console as the settings and its own answer show it; `ids` None: it could not be asked now."""

    name: str
    address: str
    ids: frozenset[str] | None
    scope: str


class Admit(NamedTuple):
    """It is collected under its name; `learn` what was seen of it."""

    learn: bool


class Rename(NamedTuple):
    """It is the console that the state knows by another name."""

    old: KnownConsole


class Unclear(NamedTuple):
    """It is not clear whose state it is to go on with, so the user is asked."""

    text: str


class Wait(NamedTuple):
    """Nothing can be told before the console answers."""


Decision = Admit | Rename | Unclear | Wait


def address_of(url: str) -> str:
    """A console's address as it is compared: host and port."""
    return urlsplit(url).netloc.lower()


def scope_text(site_ids: Sequence[str]) -> str:
    """The sites of the settings as they are compared."""
    return ",".join(sorted(site_ids))


def is_same(known: KnownConsole, seen: SeenConsole) -> bool | None:
    """Tell whether both are one console; None if that is not known now.

    Ids count as far as both have some of a kind: an account's token and a site's of one console have none in common.
    Else the address decides.
    """
    if seen.ids is None:
        return True if known.address == seen.address else None
    if kinds := _kinds(known.ids) & _kinds(seen.ids):
        return any(_kind(each) in kinds for each in known.ids & seen.ids)
    return known.address == seen.address


def decide(
    seen: SeenConsole,
    known: Sequence[KnownConsole],
    *,
    collected: bool,
    addresses: Mapping[str, str],
    acts: bool = False,
) -> Decision:
    """Decide about a console of the settings.

    `collected`: its name has a state already; `addresses` are those of all consoles of the settings, by name. With
    `acts` the token is another one, whose user may have another scope: at the known address nothing is asked of it.
    """
    own = next((each for each in known if each.name == seen.name), None)
    if own is not None and acts and own.address == seen.address:
        return Admit(learn=False)
    if own is not None and own.address is not None:
        return _known_before(own, seen)
    if own is not None or collected:
        return Admit(learn=seen.ids is not None)
    return _unknown(seen, known, addresses)


def _known_before(own: KnownConsole, seen: SeenConsole) -> Decision:
    same = is_same(own, seen)
    if same is None:
        return Wait()
    if same:
        return Admit(learn=seen.ids is not None)
    return Unclear(
        f"{seen.name}: the state belongs to another console: it was collected from {described(own.address, own.ids)}, "
        f"but {described(seen.address, seen.ids)} now answers under this name. Nothing is collected from it. If it "
        "is another console, give it another name in the settings; if it is the same, run: s1ecs consoles "
        f"--accept {seen.name}"
    )


def _unknown(seen: SeenConsole, known: Sequence[KnownConsole], addresses: Mapping[str, str]) -> Decision:
    """A name without a state: a new console, or one that was renamed.

    A name that is still in the settings, at the address where it was, is an entry of its own of the same console.
    """
    others = [each for each in known if each.address is not None and addresses.get(each.name, "") != each.address]
    told = [(each, is_same(each, seen)) for each in others]
    if any(same is None for _, same in told):
        return Wait()
    candidates = [each for each, same in told if same]
    if not candidates:
        return Admit(learn=seen.ids is not None)
    renamed = [each for each in candidates if each.name not in addresses and each.scope == seen.scope]
    if len(renamed) == 1 and all(each.name not in addresses for each in candidates):
        return Rename(renamed[0])
    names = ", ".join(each.name for each in candidates)
    return Unclear(
        f"{seen.name}: the state knows this console as {names}, but it is unclear whether to continue from there "
        "(other sites, another address, or several names). Nothing is collected from it. To continue, run: s1ecs "
        f"consoles --rename {candidates[0].name} {seen.name}; to start over: s1ecs consoles --accept {seen.name}"
    )


def described(address: str | None, ids: frozenset[str] | None) -> str:
    """A console for people: its address, and the ids that it told."""
    told = ", ".join(sorted(each.replace(":", " ") for each in ids or ()))
    return f"{address or 'an unknown address'}{f' ({told})' if told else ''}"


def _kind(identity: str) -> str:
    return identity.partition(":")[0]


def _kinds(ids: frozenset[str]) -> frozenset[str]:
    return frozenset(map(_kind, ids))

"""Indices of latest states that exist: the fields and names that their templates gained since they were created.

A template is applied when an index is created. A data stream begins its next index with the new mapping; an index of
latest states stays for ever, so that it is extended in place.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from s1ecs.counted import counted, named
from s1ecs.outputs.search.admin_requests import ask
from s1ecs.outputs.search.client.server import SearchServer
from s1ecs.search_setup import names

Properties = Mapping[str, Any]

_FIELDS_SHOWN = 3


@dataclass(frozen=True)
class LatestIndex:
    """An index of latest states: the properties of its mapping and its aliases."""

    name: str
    properties: Properties = field(default_factory=dict)
    aliases: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Extension:
    """Properties and aliases that an index lacks. `clashes` are fields that it has with another type."""

    properties: Properties
    aliases: Mapping[str, Any]
    clashes: tuple[str, ...]

    @property
    def missing_text(self) -> str:
        """Say how many fields are missing, and since when documents have them."""
        fields = counted(_count(self.properties), "new field")
        return f"{fields}, searchable in states that are written from now on"

    @property
    def clash_text(self) -> str:
        """Name fields that keep their type."""
        shown = named(self.clashes, _FIELDS_SHOWN)
        return f"{shown}: of another type than in new indices; to change it, delete the index and fill it again"


async def read_latest(server: SearchServer, streams: Sequence[str]) -> tuple[LatestIndex, ...]:
    """Read the indices of latest states of these streams; changes nothing."""
    found = await ask(server, "GET", f"/_resolve/index/{','.join(map(names.latest_pattern, streams))}")
    made = []
    for each in found.get("indices", ()):
        name = each["name"]
        index = (await ask(server, "GET", f"/{name}")).get(name, {})
        mapping = index.get("mappings", {})
        # An index of this name that someone else created is theirs.
        if mapping.get("_meta", {}).get("managed_by") == names.MANAGED_BY:
            made.append(LatestIndex(name, mapping.get("properties", {}), frozenset(index.get("aliases", {}))))
    return tuple(made)


def extension(index: LatestIndex, properties: Properties, aliases: Mapping[str, Any]) -> Extension:
    """Compare an index with the properties and aliases that its template gives to a new one."""
    return Extension(
        _missing(index.properties, properties),
        {name: about for name, about in aliases.items() if name not in index.aliases},
        tuple(_clashes(index.properties, properties)),
    )


def _missing(there: Properties, wanted: Properties) -> Properties:
    """Select the properties that are not there; an object that is there is looked into."""
    found: dict[str, Any] = {}
    for name, about in wanted.items():
        if name not in there:
            found[name] = about
        elif _type(there[name]) == _type(about):
            inner = _missing(there[name].get("properties", {}), about.get("properties", {}))
            found |= {name: {"properties": inner}} if inner else {}
    return found


def _clashes(there: Properties, wanted: Properties, path: str = "") -> Iterator[str]:
    for name, about in wanted.items():
        if name not in there:
            continue
        if _type(there[name]) != _type(about):
            yield f"{path}{name}"
        else:
            yield from _clashes(there[name].get("properties", {}), about.get("properties", {}), f"{path}{name}.")


def _type(about: Mapping[str, Any]) -> str:
    """Return the type of a field; a server does not name that of a plain object, and one may be kept only."""
    return "unindexed" if about.get("enabled") is False else str(about.get("type", "object"))


def _count(properties: Properties) -> int:
    """Count the fields, those in objects included."""
    return sum(_count(each["properties"]) if "properties" in each else 1 for each in properties.values())

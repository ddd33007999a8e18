"""The inventory of applications: grouped by name and vendor, and the installations of one application."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from s1ecs.standin import pages
from s1ecs.standin.catalogue import Application
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.hardware import hardware
from s1ecs.standin.installations import Installations, Installed
from s1ecs.standin.parameters.applications import INSTALLATIONS_SORTS
from s1ecs.standin.scope import scope
from s1ecs.standin.shelf import Condition, Shelf

# How many shelves are kept at once: of applications that were asked for, and of inventories by what limits the hosts.
_MOST_SHELVES = 16

Key = TypeVar("Key")

_SCOPE = {"accountIds": "accountId", "groupIds": "groupId", "siteIds": "siteId"}
_HOSTS = FieldPaths(
    identity="endpointId",
    ids=_SCOPE,
    filters={
        "endpointName": "endpointName",
        "endpointUuid": "endpointUuid",
        "osArchitectures": "osArch",
        "osTypes": "osType",
        "osVersion": "osVersion",
        "osVersions": "osVersion",
    },
    sorts={"endpointId": "endpointId"},
    sort="endpointId",
)
_INVENTORY = FieldPaths(
    identity="key",
    ids={},
    filters={"name": "applicationName", "vendor": "applicationVendor", "vendors": "applicationVendor"},
    sorts={
        name: name for name in ("applicationName", "applicationVendor", "applicationVersionsCount", "endpointsCount")
    },
    sort="applicationName",
)
_ENDPOINTS = FieldPaths(
    identity="id",
    ids=_SCOPE,
    filters={**_HOSTS.filters, "detectionDate": "detectionDate", "versions": "version"},
    sorts={name: name for name in INSTALLATIONS_SORTS},
    sort="endpointName",
)


class ApplicationList:
    """The answers about applications; shelves are made for what is asked and thrown away after a while."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations
        self._endpoints: dict[tuple[str, str], Shelf] = {}
        self._inventories: dict[str, Shelf] = {}
        self._changes = installations.changes

    def __len__(self) -> int:
        """Number of installations."""
        return len(self._installations.all)

    def inventory(self, given: Mapping[str, Any]) -> bytes:
        """Return the page of the inventory that parameters, already checked, ask for."""
        self._forget()
        asked = {name: value for name, value in given.items() if name.partition("__")[0] in _OF_HOSTS}
        shelf = _kept(self._inventories, repr(sorted(asked.items())), lambda: self._grouped(asked))
        return pages.answer(shelf, _INVENTORY.page(given))

    def endpoints(self, given: Mapping[str, Any]) -> bytes:
        """Return the page of one application's installations; of an unknown application there are none."""
        self._forget()
        key = given["applicationName"], given["applicationVendor"]
        shelf = _kept(self._endpoints, key, lambda: self._installed(key))
        return pages.answer(shelf, _ENDPOINTS.page(given))

    def _forget(self) -> None:
        """Throw the shelves away once installations came or went."""
        if self._changes != self._installations.changes:
            self._changes = self._installations.changes
            self._endpoints.clear()
            self._inventories.clear()

    def _installed(self, key: tuple[str, str]) -> Shelf:
        shelf = Shelf(_ENDPOINTS.identity)
        for each in self._installations.by_application.get(key, ()):
            shelf.add(self._installations.record(each), scope(each.host))
        return shelf

    def _grouped(self, asked: Mapping[str, Any]) -> Shelf:
        """Return the applications that are on the hosts that are asked for."""
        conditions = _HOSTS.page(asked).conditions
        wanted = {number for number, host in self._hosts.items() if _fits(host, conditions)}
        found = defaultdict[Application, list[Installed]](list)
        for each in self._installations.all:
            if each.host.number in wanted:
                found[each.application].append(each)
        shelf = Shelf(_INVENTORY.identity)
        for application, installed in found.items():
            record = {
                "applicationName": application.name,
                "applicationVendor": application.vendor,
                "applicationVersionsCount": len({each.version for each in installed}),
                "endpointsCount": len({each.host.number for each in installed}),
                "estimate": False,
            }
            shelf.add(record, {"key": "\n".join(application.key)})
        return shelf

    @cached_property
    def _hosts(self) -> Mapping[int, Mapping[str, str]]:
        organisation = self._installations.organisation
        return {
            host.number: {
                **scope(host),
                "endpointName": host.name,
                "endpointUuid": host.uuid,
                "osArch": hardware(organisation.seed, host).architecture,
                "osType": host.system.type,
                "osVersion": host.system.version,
            }
            for host in organisation.hosts
        }


_OF_HOSTS = frozenset((*_HOSTS.ids, *_HOSTS.filters))


def _fits(host: Mapping[str, str], conditions: Sequence[Condition]) -> bool:
    return all(any(test(host[path]) for path in paths) for paths, test in conditions)


def _kept(shelves: dict[Key, Shelf], key: Key, make: Callable[[], Shelf]) -> Shelf:
    """Return the shelf of that key, made if it is not there; the one that was made first goes when there are many."""
    if key not in shelves:
        if len(shelves) == _MOST_SHELVES:
            del shelves[next(iter(shelves))]
        shelves[key] = make()
    return shelves[key]

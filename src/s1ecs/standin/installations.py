"""Applications on hosts, as GET /application-management/inventory/endpoints shows them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from typing import NamedTuple

from s1ecs.standin import invent
from s1ecs.standin.catalogue import AGENT, Application, Catalogue
from s1ecs.standin.hardware import hardware
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.organisation import Host, Organisation

_MOST_DAYS = 500
_LEAST_ON_A_HOST, _MOST_ON_A_HOST = 18, 30
# One more application in the tail with every so many hosts.
_RARE_AT_FIRST, _HOSTS_A_RARE = 10, 6
_SHARE_OF_OLD_VERSIONS = 0.6
_SECONDS_A_DAY = 86400


class Installed(NamedTuple):
    """An application in one version on a host; `place` counts those on the host."""

    host: Host
    place: int
    application: Application
    version: str
    detected: datetime


class Installations:
    """All installations of the organisation, made when they are first asked for."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self._catalogue = Catalogue(organisation.seed)
        # Installations that were there once, and how often any came or went.
        self.gone: list[Installed] = []
        self.changes = 0

    @cached_property
    def all(self) -> tuple[Installed, ...]:
        """The installations, host by host."""
        return tuple(installed for host in self.organisation.hosts for installed in self._of(host))

    @cached_property
    def by_application(self) -> dict[tuple[str, str], list[Installed]]:
        """The installations of each application, by its key."""
        found: dict[tuple[str, str], list[Installed]] = {}
        for each in self.all:
            found.setdefault(each.application.key, []).append(each)
        return found

    def appear(self, host: Host, place: int, number: int, moment: datetime) -> None:
        """Install the application of that number in the catalogue's tail; `place` is one that the host has free."""
        application = self._catalogue.rare(number)
        installed = Installed(host, place, application, application.versions[-1], moment)
        # First, as it is made of all when it is first asked for.
        self.by_application.setdefault(application.key, []).append(installed)
        self.all = (*self.all, installed)
        self.changes += 1

    def disappear(self, installed: Installed) -> None:
        """Remove an installation."""
        self.by_application[installed.application.key].remove(installed)
        self.all = tuple(each for each in self.all if each is not installed)
        self.gone.append(installed)
        self.changes += 1

    def record(self, installed: Installed) -> JsonObject:
        """Return the installation as the console shows it."""
        organisation = self.organisation
        host = installed.host
        made_of = hardware(organisation.seed, host)
        random = invent.source(organisation.seed, "installation", host.number, installed.place)
        sequence = random.randrange(1 << 20)
        record = {
            "accountName": host.group.site.account.name,
            "applicationInstallationDate": _installation_date(random, installed),
            "applicationInstallationPath": _path(random, host, installed.application),
            "applicationName": installed.application.name,
            "coreCount": made_of.cores,
            "cpe": _cpe(random, installed),
            "cpuCount": made_of.processors,
            "detectionDate": invent.time_text(installed.detected),
            "endpointId": host.id,
            "endpointName": host.name,
            "endpointType": host.machine_type,
            "endpointUuid": host.uuid,
            "fileSize": random.choice((None, 0, random.randrange(100, 900_000))),
            "groupName": host.group.name,
            "id": invent.identifier(installed.detected, sequence),
            "osArch": made_of.architecture,
            "osName": host.system.name,
            "osType": host.system.type,
            "osVersion": host.system.version,
            "siteName": host.group.site.name,
            "version": installed.version,
        }
        # Not every console, and not every agent, says all of it.
        if random.randrange(10) == 0:
            del record["cpe"]
        if random.randrange(10) == 0:
            record["signed"] = random.choice((True, None))
        return record

    def _of(self, host: Host) -> Iterator[Installed]:
        random = invent.source(self.organisation.seed, "installations", host.number)
        chosen = [
            application
            for application in self._catalogue.common
            if host.system.family in application.systems and random.randrange(100) < application.share
        ]
        wanted = random.randrange(_LEAST_ON_A_HOST, _MOST_ON_A_HOST + 1) - len(chosen)
        rare = range(_RARE_AT_FIRST + host.number // _HOSTS_A_RARE)
        chosen += [self._catalogue.rare(each) for each in random.sample(rare, min(max(wanted, 0), len(rare)))]
        for place, application in enumerate(chosen):
            age = timedelta(microseconds=random.randrange(10**6, _MOST_DAYS * _SECONDS_A_DAY * 10**6))
            version = host.version if application.name == AGENT else _version(random, application)
            yield Installed(host, place, application, version, self.organisation.now - age)


def _version(random: Random, application: Application) -> str:
    if random.random() < _SHARE_OF_OLD_VERSIONS:
        return random.choice(application.versions)
    return application.versions[-1]


def _installation_date(random: Random, installed: Installed) -> str | None:
    if random.randrange(8) == 0:
        return random.choice((None, ""))
    moment = installed.detected - timedelta(seconds=random.randrange(60, 300 * _SECONDS_A_DAY))
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _path(random: Random, host: Host, application: Application) -> str | None:
    if random.randrange(4):
        return None
    folders = {"windows": r"C:\Program Files", "osx": "/Applications", "linux": "/opt"}
    family = host.system.family
    return folders[family] + ("\\" if family == "windows" else "/") + application.name


def _cpe(random: Random, installed: Installed) -> str | None:
    application = installed.application
    if application.vendor is None or not application.name.isascii() or random.randrange(5) == 0:
        return random.choice((None, ""))
    vendor, name = (
        "_".join("".join(letter if letter.isalnum() else " " for letter in text.lower()).split())
        for text in (application.vendor, application.name)
    )
    return f"cpe:2.3:a:{vendor}:{name}:{installed.version.replace(':', '')}:*:*:*:*:*:*:*"

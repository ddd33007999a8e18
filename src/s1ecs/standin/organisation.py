"""The made-up organisation: accounts, sites, groups, people, hosts, programs and rules, the same for the same seed.

Every stream's records are told from it, so that an alert, an agent and a threat of one host agree.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from random import Random

from s1ecs.standin import invent, words
from s1ecs.standin.incidents import Incident, incidents
from s1ecs.standin.programs import PROGRAMS
from s1ecs.standin.scenarios import SCENARIOS, Scenario
from s1ecs.standin.stories import Story, story
from s1ecs.standin.words import OperatingSystem

_PEOPLE = 160
_HOSTS_A_GROUP = 20
_FOUNDED = datetime(2021, 3, 1, tzinfo=UTC)
# Groups and hosts came into being within this time, long before any `now`.
_GROWTH = timedelta(days=3 * 365)


@dataclass(frozen=True)
class Account:
    """A customer of the console."""

    id: str
    name: str


@dataclass(frozen=True)
class Site:
    """A part of an account."""

    id: str
    name: str
    account: Account


@dataclass(frozen=True)
class Group:
    """A part of a site; every host is in one. The first of each site is its default group."""

    id: str
    number: int
    name: str
    site: Site
    created: datetime


@dataclass(frozen=True)
class Person:
    """Someone who works on hosts."""

    id: str
    name: str
    login: str
    email: str
    sid: str


@dataclass(frozen=True)
class Cluster:
    """Place of a host in Kubernetes."""

    name: str
    namespace: str
    workload: str
    image: str


@dataclass(frozen=True)
class Host:
    """A machine with an agent on it, which registered itself at the console."""

    id: str
    number: int
    uuid: str
    name: str
    system: OperatingSystem
    machine_type: str
    address: str
    version: str
    group: Group
    person: Person
    cluster: Cluster | None
    is_active: bool
    story: Story
    incidents: tuple[Incident, ...]

    @property
    def is_decommissioned(self) -> bool:
        """True if the agent is decommissioned."""
        return self.story.decommissioned is not None

    @property
    def active_threats(self) -> int:
        """Number of unresolved threats on it."""
        return sum(incident.is_active for incident in self.incidents)

    @property
    def infected(self) -> bool:
        """True if there is an active threat on it."""
        return self.active_threats > 0


@dataclass(frozen=True)
class Hashes:
    """The hashes of a file; agents do not always report md5."""

    md5: str | None
    sha1: str
    sha256: str


@dataclass(frozen=True)
class StarRule:
    """A STAR rule of the organisation: a scenario with what the console adds to it."""

    id: str
    scope_level: str
    treat_as_threat: str
    scenario: Scenario


@dataclass(frozen=True)
class Organisation:
    """All that there is on the console at `now`; `hashes` are by key of PROGRAMS."""

    seed: int
    now: datetime
    accounts: tuple[Account, ...]
    sites: tuple[Site, ...]
    groups: tuple[Group, ...]
    people: tuple[Person, ...]
    hosts: tuple[Host, ...]
    rules: tuple[StarRule, ...]
    hashes: Mapping[str, Hashes]

    @cached_property
    def incidents(self) -> Mapping[str, tuple[Host, Incident]]:
        """All incidents with their hosts, by the id of the threat that the console makes of each."""
        return {incident.id: (host, incident) for host in self.hosts for incident in host.incidents}


def organisation(seed: int, now: datetime, agents: int = 500) -> Organisation:
    """Make up the organisation of that seed with that many agents, as it is at `now` (a time with a zone).

    A smaller organisation of the same seed is the same one without its later hosts and groups.
    """
    now = now.astimezone(UTC)
    ids = _Ids(_FOUNDED, invent.source(seed, "ids"))
    accounts = tuple(Account(ids.next(), name) for name in words.ACCOUNTS)
    sites = tuple(Site(ids.next(), name, accounts[number % len(accounts)]) for number, name in enumerate(words.SITES))
    groups = tuple(_group(seed, number, sites) for number in range(_groups(agents)))
    people = tuple(_people(invent.source(seed, "people"), ids))
    return Organisation(
        seed=seed,
        now=now,
        accounts=accounts,
        sites=sites,
        groups=groups,
        people=people,
        hosts=tuple(_host(seed, number, groups=groups, people=people, now=now) for number in range(agents)),
        rules=tuple(_rules(invent.source(seed, "rules"), ids)),
        hashes=_hashes(seed),
    )


class _Ids:
    """Ids in the order in which the organisation's parts came into being."""

    def __init__(self, founded: datetime, random: Random) -> None:
        self._moment = founded
        self._random = random
        self._given = 0

    def next(self) -> str:
        self._moment += timedelta(minutes=self._random.randrange(1, 600), milliseconds=self._random.randrange(1000))
        self._given += 1
        return invent.identifier(self._moment, self._random.randrange(1 << 20))


def _people(random: Random, ids: _Ids) -> list[Person]:
    pairs = [(first, last) for first in words.FIRST_NAMES for last in words.LAST_NAMES]
    people = []
    for first, last in random.sample(pairs, _PEOPLE):
        login = f"{first}.{last}".lower()
        people.append(Person(ids.next(), f"{first} {last}", login, f"{login}@{words.DOMAIN}", invent.sid(random)))
    return people


def _groups(agents: int) -> int:
    """Return how many groups there are by the time of that many agents."""
    return max(len(words.SITES), math.ceil(agents / _HOSTS_A_GROUP))


def _group(seed: int, number: int, sites: tuple[Site, ...]) -> Group:
    random = invent.source(seed, "group", number)
    row = number // len(sites)
    name = words.GROUPS[row] if row < len(words.GROUPS) else f"Floor {row - len(words.GROUPS) + 1}"
    created = _FOUNDED + _GROWTH * random.random()
    return Group(invent.identifier(created, number), number, name, sites[number % len(sites)], created)


def _host(seed: int, number: int, *, groups: tuple[Group, ...], people: tuple[Person, ...], now: datetime) -> Host:
    random = invent.source(seed, "host", number)
    shares = [system.share for system in words.OPERATING_SYSTEMS]
    # One of each first, so that no operating system is missing, however the dice fall.
    first = number < len(words.OPERATING_SYSTEMS)
    system = words.OPERATING_SYSTEMS[number] if first else random.choices(words.OPERATING_SYSTEMS, shares)[0]
    life = story(seed, number, earlier=_FOUNDED + _GROWTH * random.random(), now=now)
    machine_type = random.choice(system.machine_types)
    return Host(
        id=invent.identifier(life.registered, number),
        number=number,
        uuid=invent.hexadecimal(random, 32) if system.family == "windows" else invent.uuid(random),
        name=f"{system.host_prefix}-{number:04d}",
        system=system,
        machine_type=machine_type,
        address=invent.inner_address(number),
        version=words.AGENT_VERSIONS[-1] if life.upgraded else random.choice(words.AGENT_VERSIONS),
        # A group that came after the host is none to choose from.
        group=random.choice(groups[: _groups(number + 1)]),
        person=random.choice(people),
        cluster=_cluster(random) if machine_type == "kubernetes node" else None,
        is_active=random.random() < 0.9 and life.decommissioned is None,  # noqa: PLR2004 - a share
        story=life,
        incidents=() if life.decommissioned else incidents(seed, number, system.type, since=life.registered, now=now),
    )


def _cluster(random: Random) -> Cluster:
    workload = random.choice(words.WORKLOADS)
    return Cluster(
        name=random.choice(words.CLUSTERS),
        namespace=random.choice(words.NAMESPACES),
        workload=workload,
        image=f"registry.{words.DOMAIN}/{workload}:{random.randrange(1, 9)}.{random.randrange(20)}",
    )


def _rules(random: Random, ids: _Ids) -> list[StarRule]:
    threats = {"Critical": "Malicious", "High": "Suspicious"}
    return [
        StarRule(ids.next(), random.choice(("account", "site")), threats.get(scenario.severity, "UNDEFINED"), scenario)
        for scenario in SCENARIOS
    ]


def _hashes(seed: int) -> dict[str, Hashes]:
    hashes = {}
    for key in PROGRAMS:
        random = invent.source(seed, "program", key)
        md5, sha1, sha256 = (invent.hexadecimal(random, digits) for digits in (32, 40, 64))
        hashes[key] = Hashes(md5 if random.random() < 0.7 else None, sha1, sha256)  # noqa: PLR2004 - a share
    return hashes

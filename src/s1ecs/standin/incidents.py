"""Incidents on a host in the last day and their course: the source of threats and their activities."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from s1ecs.standin import invent, moments
from s1ecs.standin.malware import MALWARE, Malware

IncidentKind = Literal[
    "detected", "killed", "kill_failed", "quarantined", "remediated", "rolled_back", "mitigated", "isolation_ordered",
    "isolated", "release_ordered", "released", "in_progress", "noted", "judged", "resolved",
]  # fmt: skip
_MITIGATIONS = frozenset({"killed", "quarantined", "remediated", "rolled_back"})

# How many hosts of a hundred have none, one, two, three: 30 incidents in all.
_NUMBERS = (80, 13, 4, 3)
_MOST_ON_A_HOST = 4

_SOON = timedelta(seconds=5)
_LATER = timedelta(minutes=90)


@dataclass(frozen=True)
class IncidentStep:
    """Something that happened to the threat, or to its host because of it."""

    kind: IncidentKind
    moment: datetime


@dataclass(frozen=True)
class Incident:
    """Something found on a host. `analyst` is the number of the person who looked at it."""

    id: str
    number: int
    malware: Malware
    storyline: str
    md5: str | None
    sha1: str
    sha256: str | None
    steps: tuple[IncidentStep, ...]
    verdict: str
    analyst: int

    @property
    def created(self) -> datetime:
        """Time of the detection."""
        return self.steps[0].moment

    @property
    def updated(self) -> datetime:
        """Time of the last change."""
        return self.steps[-1].moment

    def had(self, kind: IncidentKind) -> bool:
        """Return True if that happened."""
        return any(step.kind == kind for step in self.steps)

    @property
    def mitigations(self) -> tuple[IncidentStep, ...]:
        """Mitigations that the agent made or failed to make."""
        return tuple(step for step in self.steps if step.kind in _MITIGATIONS or step.kind == "kill_failed")

    @property
    def is_mitigated(self) -> bool:
        """True if the agent removed it."""
        return any(step.kind in _MITIGATIONS for step in self.steps)

    @property
    def is_active(self) -> bool:
        """True if the console counts it among the active threats of its agent."""
        return not (self.is_mitigated or self.had("resolved"))


def incidents(seed: int, host_number: int, system: str, *, since: datetime, now: datetime) -> tuple[Incident, ...]:
    """Return what was found on the host of that number and type of system, as it is at `now`, oldest first."""
    random = invent.source(seed, "incidents", host_number)
    (count,) = random.choices(range(_MOST_ON_A_HOST), _NUMBERS)
    found = sorted(moments.recent(random, now, since=since) for _ in range(count))
    return tuple(
        _incident(random, host_number * _MOST_ON_A_HOST + number, system, moment, now)
        for number, moment in enumerate(found)
    )


def _incident(random: Random, number: int, system: str, created: datetime, now: datetime) -> Incident:
    malware = random.choice([each for each in MALWARE if system in each.systems])
    verdict = random.choice(("true_positive", "true_positive", "suspicious", "false_positive"))
    steps = tuple(step for step in _course(random, malware, created) if step.moment <= now)
    return Incident(
        id=invent.identifier(created, number),
        number=number,
        malware=malware,
        storyline=invent.hexadecimal(random, 16).upper(),
        md5=invent.hexadecimal(random, 32) if random.randrange(2) else None,
        sha1=invent.hexadecimal(random, 40),
        sha256=invent.hexadecimal(random, 64) if random.randrange(3) else None,
        steps=steps,
        verdict=verdict,
        analyst=random.randrange(1 << 20),
    )


def _course(random: Random, malware: Malware, created: datetime) -> Iterator[IncidentStep]:
    moment = created
    yield IncidentStep("detected", moment)
    for kind in (*_answers(random, malware), *_isolation(random), *_analysis(random)):
        is_agents = kind in _MITIGATIONS or kind in {"kill_failed", "mitigated", "isolated", "released"}
        moment = moments.after(random, moment, _SOON if is_agents else _LATER) + timedelta(milliseconds=1)
        yield IncidentStep(kind, moment)


def _answers(random: Random, malware: Malware) -> Iterator[IncidentKind]:
    """List the agent's reactions: suspicious files are mostly only reported."""
    if random.random() < (0.8 if malware.confidence == "suspicious" else 0.15):
        return
    if random.random() < 0.1:  # noqa: PLR2004 - a share
        yield "kill_failed"
        return
    yield "killed"
    yield "quarantined"
    if random.random() < 0.3:  # noqa: PLR2004 - a share
        yield "remediated"
    if malware.classification == "Ransomware":
        yield "rolled_back"
    yield "mitigated"


def _isolation(random: Random) -> Iterator[IncidentKind]:
    if random.random() < 0.15:  # noqa: PLR2004 - a share
        yield from ("isolation_ordered", "isolated")
        if random.random() < 0.7:  # noqa: PLR2004 - a share
            yield from ("release_ordered", "released")


def _analysis(random: Random) -> Iterator[IncidentKind]:
    if random.random() < 0.55:  # noqa: PLR2004 - a share
        yield "in_progress"
        if random.randrange(2):
            yield "noted"
        yield from ("judged", "resolved")

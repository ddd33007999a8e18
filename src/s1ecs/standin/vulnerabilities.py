"""The made-up CVEs of the applications. Their numbers lie where none has been given out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random

from s1ecs.standin import invent
from s1ecs.standin.catalogue import AGENT, Application

_LEAST_NUMBER = 900_000
_OLDEST_DAYS = 2000
_SEVERITIES = ((9.0, "CRITICAL"), (7.0, "HIGH"), (4.0, "MEDIUM"), (0.0, "LOW"))
# How many CVEs an application has.
_COUNTS, _WEIGHTS = (0, 1, 2, 3, 5), (45, 25, 15, 10, 5)


@dataclass(frozen=True)
class Vulnerability:
    """A CVE; `affected` are the versions that have it. Scores are texts, as the console sends them."""

    cve: str
    score: float
    cvss: str
    published: datetime
    affected: frozenset[str]
    exploit: str
    remediation: str
    confidence: str

    @property
    def severity(self) -> str:
        """The word for the score."""
        return next(word for least, word in _SEVERITIES if self.score >= least)


class Vulnerabilities:
    """CVEs of each application at `now` (a time with a zone)."""

    def __init__(self, seed: int, now: datetime) -> None:
        self._seed = seed
        self._now = now
        self.of = cache(self._of)

    def _of(self, application: Application) -> tuple[Vulnerability, ...]:
        """Return the application's CVEs. Of the agent, and of what has no vendor, none are known."""
        if application.vendor is None or application.name == AGENT:
            return ()
        random = invent.source(self._seed, "vulnerabilities", *application.key)
        return tuple(self._one(random, application) for _ in range(random.choices(_COUNTS, _WEIGHTS)[0]))

    def _one(self, random: Random, application: Application) -> Vulnerability:
        published = self._now - timedelta(days=random.randrange(10, _OLDEST_DAYS), seconds=random.randrange(86400))
        return Vulnerability(
            cve=f"CVE-{published.year}-{_LEAST_NUMBER + random.randrange(100_000)}",
            score=random.randrange(21, 101) / 10,
            cvss=random.choice(("3.1", "3.1", "3.1", "3.0", "2.0", "4.0")),
            published=published.replace(microsecond=0),
            # Fixed in the version after the last of these; in some there is no fix yet.
            affected=frozenset(application.versions[: random.randrange(1, len(application.versions) + 1)]),
            exploit=random.choice(("Not Defined", "Unproven", "Proof of Concept", "Functional", "High")),
            remediation=random.choice(("Official Fix", "Official Fix", "Workaround", "Unavailable")),
            confidence=random.choice(("Confirmed", "Confirmed", "Reasonable", "Unknown")),
        )

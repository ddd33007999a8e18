"""The storm: workers are killed and paused at random and come back, while the servers have trouble."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from chaos.cluster.fleet import Fleet, Life
from chaos.cluster.moved import Strike
from chaos.cluster.polling import Woken

_LOOK_EVERY, _GLANCE_EVERY = 0.1, 0.02
# How long it is waited for that a worker is amid a poll.
_SECONDS_TO_POLL = 5.0
# How long a worker is away that was killed.
_LONGEST_AWAY = 3.0


@dataclass
class ClusterStorm:
    """Strikes about every `every` seconds for `seconds` at least, until one was killed and one was woken.

    One worker at least is always at work, and one at a time paused, for `pause` seconds. Whoever is struck is amid a
    poll, as `is_polling` tells by its process, if it comes to poll soon.
    """

    fleet: Fleet
    random: Random
    seconds: float
    every: float
    pause: float
    is_polling: Callable[[int], bool] = lambda _: True
    killed: list[Strike] = field(default_factory=list)
    paused: list[Strike] = field(default_factory=list)
    woken: list[Woken] = field(default_factory=list)
    _paused: tuple[Life, float] | None = None
    _due: list[float] = field(default_factory=list)

    def rage(self) -> None:
        """Do it; raise EndedByItself if a worker ended otherwise."""
        end = time.monotonic() + self.seconds
        strike = time.monotonic() + self.random.uniform(0.5, 1.5) * self.every
        while time.monotonic() < end or not self.killed or not self.woken:
            self.fleet.still_run()
            self._bring_back()
            if time.monotonic() >= strike and len(self.fleet.awake) > 1:
                self._strike()
                strike = time.monotonic() + self.random.uniform(0.5, 1.5) * self.every
            time.sleep(_LOOK_EVERY)
        while self._due or self._paused:
            self._bring_back()
            time.sleep(_LOOK_EVERY)

    def _strike(self) -> None:
        victim, kills = self.random.choice(self.fleet.awake), self.random.random() < 0.5  # noqa: PLR2004 - a coin
        latest = time.monotonic() + _SECONDS_TO_POLL
        while not self.is_polling(victim.process.pid) and time.monotonic() < latest:
            time.sleep(_GLANCE_EVERY)
        if self._paused is None and (not kills or len(self.killed) > len(self.woken)):
            self.fleet.pause(victim)
            self.paused.append(Strike(victim.who, time.time()))
            self._paused = victim, time.monotonic() + self.pause
        else:
            self.fleet.kill(victim)
            self.killed.append(Strike(victim.who, time.time()))
            self._due.append(time.monotonic() + self.random.uniform(0, _LONGEST_AWAY))

    def _bring_back(self) -> None:
        now = time.monotonic()
        if self._paused and now >= self._paused[1]:
            life, self._paused = self._paused[0], None
            self.woken.append(Woken(life.who, time.time()))
            self.fleet.wake(life)
        for due in [due for due in self._due if now >= due]:
            self._due.remove(due)
            self.fleet.start()

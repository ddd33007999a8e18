"""Health of collecting, judged from the state alone: ok, warning or critical, as monitoring plugins put it."""

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from types import MappingProxyType

from s1ecs.bootstrap.state import dead_letters_of, missing_state, open_readonly
from s1ecs.collect.clock_difference import CURE, apart
from s1ecs.counted import counted
from s1ecs.errors import StateError
from s1ecs.monitor.stream_status import StreamStatus, short_duration, stream_statuses
from s1ecs.process_identity import is_gone
from s1ecs.settings import Settings
from s1ecs.state.heartbeats import BEAT, Life, Run, StreamProgress, TokenExpiry
from s1ecs.state.outbox import Spooled, WaitingAudit


class Health(IntEnum):
    """Health of one thing; the number is the exit status of a monitoring plugin."""

    OK = 0
    WARNING = 1
    CRITICAL = 2

    def __str__(self) -> str:
        """Name in lower case, as printed."""
        return self.name.lower()


@dataclass(frozen=True)
class HealthLine:
    """One line of `s1ecs status`; `console` and `stream` are empty where it is about more than one."""

    health: Health
    about: str
    console: str
    stream: str
    text: str
    age: timedelta | None = None
    to_ask_again: int = 0
    dead_letters: int = 0
    token_days: float | None = None


@dataclass(frozen=True)
class _Limit:
    """So many intervals, and so long beside them, may pass without a good poll or a step; `least` in any case."""

    verdict: Health
    intervals: int
    beside: timedelta = timedelta(0)
    least: timedelta = timedelta(0)


# The gravest first. One poll may fail; what does not move for three intervals does not, whatever the reason, and of a
# long interval two and some minutes tell as much. A poll may take longer than a short interval.
_AGES = (
    _Limit(Health.CRITICAL, 3, timedelta(minutes=30)),
    _Limit(Health.WARNING, 3, least=timedelta(minutes=1)),
    _Limit(Health.WARNING, 2, timedelta(minutes=5)),
)
# Who acts delivers at once, and `run` every five minutes at the latest.
_AUDIT_MAY_WAIT = timedelta(minutes=10)
_TOKEN_DAYS = ((Health.CRITICAL, 2), (Health.WARNING, 14))
# A beat may have to wait for another process's long transaction.
_DEAD_AFTER = max(6 * BEAT, timedelta(minutes=2))


def read_health(settings: Settings, now: datetime) -> list[HealthLine]:
    """Judge what the state folder of the settings holds; `now` in UTC. A state that can't be read is critical."""
    try:
        state = open_readonly(settings)
        missing = missing_state(settings)
        tolerances = {console.name: console.clock_tolerance for console in settings.require_consoles()}
        lines = judge(
            stream_statuses(settings, state.polls(), now),
            state.life(),
            dead_letters_of(settings).counts(),
            now,
            state.backlogs(),
            audits=state.waiting_audits(),
            tolerances=tolerances,
            gone=has_gone,
        )
        return [*([HealthLine(Health.WARNING, "state", "", "", missing)] if missing else []), *lines]
    except StateError as error:
        return [HealthLine(Health.CRITICAL, "state", "", "", str(error))]


def overall(lines: Sequence[HealthLine]) -> HealthLine:
    """Sum up the lines in one, with the worst health of all and its reason."""
    worst = max(line.health for line in lines)
    bad = sorted((line for line in lines if line.health is not Health.OK), key=lambda line: -line.health)
    if not bad:
        streams = sum(bool(line.stream) for line in lines)
        text = f"{counted(streams, 'stream')} on schedule"
    else:
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        text = f"{bad[0].about}: {bad[0].text}{more}"
    return HealthLine(worst, "s1ecs", "", "", text)


def judge(
    rows: Sequence[StreamStatus],
    life: Life,
    letters: Mapping[tuple[str, str], int],
    now: datetime,
    spools: Sequence[Spooled] = (),
    *,
    audits: Sequence[WaitingAudit] = (),
    tolerances: Mapping[str, timedelta] = MappingProxyType({}),
    gone: Callable[[Run], bool] = lambda _: False,
) -> list[HealthLine]:
    """Judge the collector, each console's token and clock, each output with waiting documents, each enabled stream.

    `letters` counts dead letters by console and stream; `tolerances` is by how much a console's clock may differ;
    `gone` tells of a `run` whether its process is known to have ended.
    """
    enabled = [row for row in rows if row.enabled]
    streams = [_stream(row, life, letters.get(row.key, 0), now) for row in enabled]
    consoles = dict.fromkeys(row.key.console for row in enabled)
    return [
        _collector(life, now, gone),
        *(_token(name, life.tokens[name], now) for name in consoles if name in life.tokens),
        *_clocks(consoles, life, tolerances, now),
        *_silent_consoles(enabled),
        *(_spool(each, now) for each in spools),
        *(_audit(each, now) for each in audits if now - each.since > _AUDIT_MAY_WAIT),
        *streams,
    ]


def has_gone(run: Run) -> bool:
    """Tell whether a `run` on this machine has ended without being told to stop."""
    return run.host == platform.node() and is_gone(run.pid, run.process)


def _collector(life: Life, now: datetime, gone: Callable[[Run], bool]) -> HealthLine:
    run = life.run
    if run is None:
        return _of_collector(Health.OK, "`s1ecs run` was never started; health is based on the last polls")
    who = f"process {run.pid} on {run.host}"
    if run.ended is not None:
        return _of_collector(
            Health.OK, f"{who} was stopped {_ago(run.ended, now)}; the streams show if another process collects"
        )
    silence, is_dead = now - run.beat, gone(run)
    if silence <= _DEAD_AFTER and not is_dead:
        return _of_collector(Health.OK, f"{who} has been running for {_since(run.started, now)}")
    moments = [moment for each in life.progress.values() for moment in (each.good, each.moved) if moment]
    if is_dead and (not moments or max(moments) <= run.beat + 2 * BEAT):
        return _of_collector(
            Health.CRITICAL,
            f"{who} has not reported for {_since(run.beat, now)}: its process ended without being stopped; see its "
            "log, and start `s1ecs run` again",
        )
    if moments and max(moments) > run.beat + (2 * BEAT if is_dead else _DEAD_AFTER):
        return _of_collector(Health.OK, f"{who} has not reported for {_since(run.beat, now)}, but another one collects")
    return _of_collector(
        Health.CRITICAL, f"{who} has not reported for {_since(run.beat, now)}: it died or cannot write the state"
    )


def _of_collector(verdict: Health, text: str) -> HealthLine:
    return HealthLine(verdict, "collector", "", "", text)


def _token(console: str, token: TokenExpiry, now: datetime) -> HealthLine:
    if token.expires is None:
        return HealthLine(Health.OK, f"{console} token", console, "", "the expiry is unknown")
    days = (token.expires - now) / timedelta(days=1)
    verdict = next((verdict for verdict, least in _TOKEN_DAYS if days < least), Health.OK)
    text = f"expired {_ago(token.expires, now)}" if days < 0 else f"expires in {short_duration(token.expires - now)}"
    cure = "" if verdict is Health.OK else "; generate a new one: My User > Actions > API Token Operators"
    learned = f" (checked {_ago(token.learned, now)})"
    return HealthLine(verdict, f"{console} token", console, "", text + learned + cure, token_days=round(days, 2))


def _clocks(
    consoles: Iterable[str], life: Life, tolerances: Mapping[str, timedelta], now: datetime
) -> Iterator[HealthLine]:
    """Consoles whose clock differs from ours by more than it may."""
    for name in consoles:
        clock = life.clocks.get(name)
        if clock is not None and name in tolerances and abs(clock.ahead) > tolerances[name].total_seconds():
            text = f"the console's clock was {apart(clock.ahead)} {_ago(clock.learned, now)}: {CURE}"
            yield HealthLine(Health.WARNING, f"{name} clock", name, "", text)


def _silent_consoles(rows: Sequence[StreamStatus]) -> Iterator[HealthLine]:
    """Consoles that give nothing at all: with a bad token every stream is skipped."""
    for console in dict.fromkeys(row.key.console for row in rows):
        states = {row.state for row in rows if row.key.console == console}
        if states == {"skipped"}:
            yield HealthLine(
                Health.CRITICAL, console, console, "", "all streams are skipped; run s1ecs check for the reason"
            )


def _spool(spooled: Spooled, now: datetime) -> HealthLine:
    documents, size = spooled.waiting
    count = f"{counted(documents, 'document')} ({size / 1_000_000:.1f} MB)"
    text = f"{count} in the spool for {_since(spooled.since, now)}; see the log for the reason"
    return HealthLine(Health.WARNING, spooled.output, "", "", text, age=max(now - spooled.since, timedelta(0)))


def _audit(waiting: WaitingAudit, now: datetime) -> HealthLine:
    count = waiting.documents
    text = (
        f"{counted(count, 'document')} of response actions in the outbox, the oldest for "
        f"{_since(waiting.since, now)}; `s1ecs run` and `s1ecs collect` deliver them while this output is configured; "
        "see the log for the reason"
    )
    return HealthLine(Health.WARNING, waiting.output, "", "", text, age=now - waiting.since)


def _stream(row: StreamStatus, life: Life, dead_letters: int, now: datetime) -> HealthLine:
    progress = life.progress.get(row.key, StreamProgress())
    reached = max((moment for moment in (progress.good, progress.moved) if moment), default=None)
    age = None if reached is None else max(now - reached, timedelta(0))
    verdict, told = _by_age(row, age, life.run, now)
    again = 0 if row.poll is None else row.poll.to_ask_again
    found = [(verdict, told)]
    if row.poll is not None and row.state in ("skipped", "failed"):
        found.append((Health.WARNING, f"{row.state}: {row.poll.reason}"))
    if row.poll is not None and row.poll.doubt is not None:
        found.append((Health.WARNING, str(row.poll.doubt)))
    if again:
        found.append((Health.WARNING, f"{counted(again, 'item')} to retry"))
    if dead_letters:
        found.append(
            (
                Health.WARNING,
                f"{counted(dead_letters, 'dead letter')} (see s1ecs dead-letters)",
            )
        )
    return HealthLine(
        max(verdict for verdict, _ in found),
        f"{row.key.console} {row.key.stream}",
        *row.key,
        ", ".join(text for _, text in found if text),
        age=age,
        to_ask_again=again,
        dead_letters=dead_letters,
    )


def _by_age(row: StreamStatus, age: timedelta | None, run: Run | None, now: datetime) -> tuple[Health, str]:
    if age is None and row.state == "skipped":
        # It never could be read, on a console without the feature it never will: its own warning is enough.
        return Health.OK, ""
    yet = "never polled" if row.state == "never polled" else "no successful poll yet"
    if age is None and run is None:
        return Health.WARNING, yet
    waited = age if age is not None or run is None else now - run.started
    told = yet if age is None else f"last successful poll {short_duration(age)} ago"
    for limit in _AGES:
        if waited is not None and waited > max(limit.intervals * row.interval + limit.beside, limit.least):
            return limit.verdict, f"{told}, interval {short_duration(row.interval)}"
    return Health.OK, told


def _ago(moment: datetime, now: datetime) -> str:
    return f"{_since(moment, now)} ago"


def _since(moment: datetime, now: datetime) -> str:
    return short_duration(max(now - moment, timedelta(0)))

"""From what the state says to verdicts, as monitoring plugins give them: ok, warning, critical."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from s1ecs.collect.heart import BEAT
from s1ecs.commands.streams import Row, short_duration
from s1ecs.outputs.spooled import Spooled
from s1ecs.state.actions import WaitingAudit
from s1ecs.state.life import Life, Progress, Run, Token


class Verdict(IntEnum):
    """How it stands; the number is the exit status of a monitoring plugin."""

    OK = 0
    WARNING = 1
    CRITICAL = 2

    def __str__(self) -> str:
        """As it is printed."""
        return self.name.lower()


@dataclass(frozen=True)
class Line:
    """One line of `s1ecs status`; `console` and `stream` are empty where it is about more than one."""

    verdict: Verdict
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
    """So many intervals, and so long beside them, may pass without a good poll."""

    verdict: Verdict
    intervals: int
    beside: timedelta


# The gravest first. One poll may fail, and trouble of some minutes is the network's daily bread.
_AGES = (
    _Limit(Verdict.CRITICAL, 3, timedelta(minutes=30)),
    _Limit(Verdict.WARNING, 2, timedelta(minutes=5)),
)
# Who acts delivers at once, and `run` every five minutes at the latest.
_AUDIT_MAY_WAIT = timedelta(minutes=10)
_TOKEN_DAYS = ((Verdict.CRITICAL, 2), (Verdict.WARNING, 14))
# A beat may have to wait for another process's long transaction.
_DEAD_AFTER = max(6 * BEAT, timedelta(minutes=2))


def verdicts(
    rows: Sequence[Row],
    life: Life,
    letters: dict[tuple[str, str], int],
    now: datetime,
    spools: Sequence[Spooled] = (),
    *,
    audits: Sequence[WaitingAudit] = (),
) -> list[Line]:
    """All lines: the collector, the token of each console, each output that documents wait for, each enabled stream.

    `letters` counts dead letters.
    """
    enabled = [row for row in rows if row.enabled]
    streams = [_stream(row, life, letters.get(row.key, 0), now) for row in enabled]
    consoles = dict.fromkeys(row.key.console for row in enabled)
    return [
        _collector(life, now),
        *(_token(name, life.tokens[name], now) for name in consoles if name in life.tokens),
        *_silent_consoles(enabled),
        *(_spool(each, now) for each in spools),
        *(_audit(each, now) for each in audits if now - each.since > _AUDIT_MAY_WAIT),
        *streams,
    ]


def _collector(life: Life, now: datetime) -> Line:
    run = life.run
    if run is None:
        return _of_collector(Verdict.OK, "no `s1ecs run` yet; streams are judged by their last polls")
    who = f"process {run.pid} on {run.host}"
    if run.ended is not None:
        return _of_collector(
            Verdict.OK, f"{who} was told to end {_ago(run.ended, now)}; streams tell whether others go on"
        )
    silence = now - run.beat
    if silence <= _DEAD_AFTER:
        return _of_collector(Verdict.OK, f"{who} at work for {short_duration(max(now - run.started, timedelta(0)))}")
    moments = [moment for each in life.progress.values() for moment in (each.good, each.moved) if moment]
    if moments and max(moments) > run.beat + _DEAD_AFTER:
        return _of_collector(Verdict.OK, f"{who} is gone since {_ago(run.beat, now)}, but others collect")
    return _of_collector(
        Verdict.CRITICAL, f"{who} gives no sign of life since {_ago(run.beat, now)}: it died, or can't write the state"
    )


def _of_collector(verdict: Verdict, text: str) -> Line:
    return Line(verdict, "collector", "", "", text)


def _token(console: str, token: Token, now: datetime) -> Line:
    if token.expires is None:
        return Line(Verdict.OK, f"{console} token", console, "", "nobody tells when it expires")
    days = (token.expires - now) / timedelta(days=1)
    verdict = next((verdict for verdict, least in _TOKEN_DAYS if days < least), Verdict.OK)
    text = f"expired {_ago(token.expires, now)}" if days < 0 else f"expires in {short_duration(token.expires - now)}"
    cure = "" if verdict is Verdict.OK else "; generate a new one: My User > Actions > API Token Operators"
    learned = f" (as told {_ago(token.learned, now)})"
    return Line(verdict, f"{console} token", console, "", text + learned + cure, token_days=round(days, 2))


def _silent_consoles(rows: Sequence[Row]) -> Iterator[Line]:
    """Consoles that give nothing at all: a token that is no good sets every stream aside."""
    for console in dict.fromkeys(row.key.console for row in rows):
        states = {row.state for row in rows if row.key.console == console}
        if states == {"set aside"}:
            yield Line(Verdict.CRITICAL, console, console, "", "every stream is set aside: s1ecs check tells why")


def _spool(spooled: Spooled, now: datetime) -> Line:
    documents, size = spooled.waiting
    count = f"{documents} {'document waits' if documents == 1 else 'documents wait'} ({size / 1_000_000:.1f} MB)"
    text = f"{count} in its spool since {_ago(spooled.since, now)}: the log tells why"
    return Line(Verdict.WARNING, spooled.output, "", "", text, age=max(now - spooled.since, timedelta(0)))


def _audit(waiting: WaitingAudit, now: datetime) -> Line:
    count = waiting.documents
    text = (
        f"{count} {'document' if count == 1 else 'documents'} of response actions not delivered, the oldest "
        f"{_ago(waiting.since, now)}: `s1ecs run` or `collect` delivers them while the settings have this output; its "
        "log tells what is in the way"
    )
    return Line(Verdict.WARNING, waiting.output, "", "", text, age=now - waiting.since)


def _stream(row: Row, life: Life, dead_letters: int, now: datetime) -> Line:
    progress = life.progress.get(row.key, Progress())
    reached = max((moment for moment in (progress.good, progress.moved) if moment), default=None)
    age = None if reached is None else max(now - reached, timedelta(0))
    verdict, told = _by_age(row, age, life.run, now)
    again = 0 if row.poll is None else row.poll.to_ask_again
    found = [(verdict, told)]
    if row.poll is not None and row.state in ("set aside", "failed"):
        found.append((Verdict.WARNING, f"{row.state}: {row.poll.reason}"))
    if again:
        found.append((Verdict.WARNING, f"{again} {'item' if again == 1 else 'items'} to be asked again"))
    if dead_letters:
        found.append((Verdict.WARNING, f"dead letters: {dead_letters} (s1ecs dead-letters)"))
    return Line(
        max(verdict for verdict, _ in found),
        f"{row.key.console} {row.key.stream}",
        *row.key,
        ", ".join(text for _, text in found if text),
        age=age,
        to_ask_again=again,
        dead_letters=dead_letters,
    )


def _by_age(row: Row, age: timedelta | None, run: Run | None, now: datetime) -> tuple[Verdict, str]:
    if age is None and row.state == "set aside":
        # It never could be read, on a console without the feature it never will: its own warning is enough.
        return Verdict.OK, ""
    yet = "never polled" if row.state == "never polled" else "no good poll yet"
    if age is None and run is None:
        return Verdict.WARNING, yet
    waited = age if age is not None or run is None else now - run.started
    told = yet if age is None else f"last good poll {short_duration(age)} ago"
    for limit in _AGES:
        if waited is not None and waited > limit.intervals * row.interval + limit.beside:
            return limit.verdict, f"{told}, due every {short_duration(row.interval)}"
    return Verdict.OK, told


def _ago(moment: datetime, now: datetime) -> str:
    return f"{short_duration(max(now - moment, timedelta(0)))} ago"

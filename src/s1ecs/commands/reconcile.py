"""`s1ecs reconcile`: compare every output with the console and report missing documents."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from s1ecs.bootstrap.collector import open_feeds
from s1ecs.collect.delivery.output_contents import output_contents
from s1ecs.collect.feed import Feed
from s1ecs.collect.outcome import said_beside
from s1ecs.collect.period import Period
from s1ecs.collect.reconcile.reconcile import REPAIR, Comparison, ReportComparing, reconcile
from s1ecs.collect.walks.console_contents import pieces
from s1ecs.commands.event_loop import run_loop
from s1ecs.commands.extras import require_extras
from s1ecs.commands.signals import start_log, until_signal
from s1ecs.commands.summary import duration
from s1ecs.commands.terminal import tables
from s1ecs.commands.terminal.progress import Bars, bars
from s1ecs.commands.terminal.writer import OUT
from s1ecs.counted import counted
from s1ecs.errors import Forbidden, NotFound, S1ecsError, UsageError
from s1ecs.settings import Settings
from s1ecs.tasks import side_by_side
from s1ecs.timestamps import bound, time_text

# How many missing ids are listed below the table; --json lists all.
_LISTED = 20

_ENDED = "interrupted: rows with ? and days without a row were not compared"


def reconcile_streams(settings: Settings, names: Sequence[str], period: Period, *, repairs: bool, json: bool) -> int:
    """Print the findings; 1 when anything is missing or could not be looked at, else 0.

    A stream that was not named and that the console does not give (403, 404) is no such thing.
    """
    if period.start >= period.end:
        raise UsageError("reconcile: --from must be before --to")
    require_extras(settings.outputs, reading=True)
    log = start_log(settings)
    began = time.monotonic()
    with bars(settings.log_level) as shown:
        work = _reconcile(settings, names, period, repairs=repairs, shown=shown, log=log)
        findings, whole = run_loop(work, len(settings.consoles))
    if not whole:
        log.error(f"reconcile: {_ENDED}")
    if json:
        tables.print_json(_JSON_COLUMNS, map(_json_row, findings))
    else:
        _print_table(findings, repairs=repairs)
        if not whole:
            OUT.write(f"{_ENDED}\n")
        tables.print_text(f"{_summary(findings)} in {duration(time.monotonic() - began)}")
    return int(not whole or not findings or not all(finding.sound or _excused(finding, names) for finding in findings))


async def _reconcile(
    settings: Settings,
    names: Sequence[str],
    period: Period,
    *,
    repairs: bool,
    shown: Bars,
    log: structlog.stdlib.BoundLogger,
) -> tuple[list[Comparison], bool]:
    """The findings, and whether all was looked at before a signal came."""
    stop = asyncio.Event()
    looked: list[tuple[Feed, list[Comparison]]] = []

    async def work() -> None:
        async with open_feeds(settings, names) as feeds:
            _require_holdings(feeds, log)
            looked.extend((feed, []) for feed in feeds)
            for feed in feeds:
                await feed.client.learn_time()
            tell = partial(_tell, shown)
            await side_by_side(
                look(feed, period, stop, found, repairs=repairs, log=log, tell=tell) for feed, found in looked
            )

    whole = await until_signal(work(), stop, log)
    for feed, found in looked:
        found.extend(in_hand(feed, period, found))
    findings = [finding for _, found in looked for finding in found]
    return findings, whole and not any(finding.stopped for finding in findings)


async def look(
    feed: Feed,
    period: Period,
    stop: asyncio.Event,
    found: list[Comparison],
    *,
    repairs: bool,
    log: structlog.stdlib.BoundLogger,
    tell: ReportComparing,
) -> None:
    """Reconcile one stream; whatever is wrong with it comes among its findings, so that the others go on."""
    try:
        async with AsyncExitStack() as stack:
            await feed.gate.admit()
            if repairs:
                await stack.enter_async_context(feed.state.leases.held([feed.walk(REPAIR)]))
            async for finding in reconcile(feed, period, stop, repairs=repairs, tell=tell):
                found.append(finding)
                _say(log, finding)
    except S1ecsError as error:
        found.append(Comparison(feed, None, error=error))
        _say(log, found[-1])


def _tell(shown: Bars, feed: Feed, done: float, count: int) -> None:
    what = "comparing" if count == 1 else f"day {min(int(done) + 1, count)} of {count}"
    shown.show(str(feed), done, count, f"{feed}: {what}")
    if done >= count:
        shown.end(str(feed))


def in_hand(feed: Feed, period: Period, found: Sequence[Comparison]) -> list[Comparison]:
    """The piece of a stream that was given up in the midst, as a finding that was stopped; none if nothing was."""
    if found and (found[-1].error is not None or found[-1].stopped):
        return []
    return [Comparison(feed, piece, stopped=True) for piece in pieces(feed, period)[len(found) :][:1]]


def _require_holdings(feeds: Sequence[Feed], log: structlog.stdlib.BoundLogger) -> None:
    outputs = {output.name for feed in feeds for output in feed.outputs}
    askable = {holding.name for feed in feeds for holding in output_contents(feed, reading=True)}
    if outputs and not askable:
        raise UsageError(f"reconcile: none of the outputs can be queried for documents ({', '.join(sorted(outputs))})")
    for name in sorted(outputs - askable):
        log.warning(f"{name}: this output cannot be queried for its documents and is skipped")


def _say(log: structlog.stdlib.BoundLogger, finding: Comparison) -> None:
    about = f"{finding.feed} {_day(finding)}"
    if finding.error is not None:
        log.error(f"{about}: {finding.error.behind(finding.feed.console)}")
    if finding.notes:
        log.warning(f"{about}: {said_beside(finding.notes)}")
    if finding.unread:
        log.error(f"{about}: {finding.unread} could not be read and were not compared; try again")
    if finding.fewer_than_told and not finding.stopped:
        log.error(
            f"{about}: the console counts {finding.total} records but returned {finding.read}: records changed in "
            "the meantime, or its pages omit some; try again, and report this line if the problem persists"
        )


def _excused(finding: Comparison, names: Sequence[str]) -> bool:
    return not names and isinstance(finding.error, Forbidden | NotFound)


def _day(finding: Comparison) -> str:
    if finding.piece is None:
        return "all"
    start, end = (bound(time_text(moment)) for moment in (finding.piece.start, finding.piece.end))
    whole = start.endswith("T00:00:00Z") and finding.piece.end - finding.piece.start == timedelta(days=1)
    return start[:10] if whole else f"{start} to {end}"


_JSON_COLUMNS = ("console", "stream", "day", "total", "read", "outputs", "not_due", "unread", "stopped", "error")


def _json_row(finding: Comparison) -> Sequence[Any]:
    outputs = {
        name: {
            "held": finding.held[name],
            "difference": len(ids),
            "missing": ids,
            "repaired": finding.repaired[name],
        }
        for name, ids in finding.missing.items()
    }
    error = None if finding.error is None else str(finding.error)
    feed = finding.feed
    numbers = (finding.total, finding.read)
    trouble = (finding.unread, finding.stopped, error)
    return (feed.console, feed.stream.name, _day(finding), *numbers, outputs, finding.due, *trouble)


def _print_table(findings: Sequence[Comparison], *, repairs: bool) -> None:
    outputs = list(dict.fromkeys(name for finding in findings for name in finding.missing))
    due = any(finding.due for finding in findings)
    more = [*(["not due"] if due else []), *(["repaired"] if repairs else [])]
    columns = ["console", "stream", "day", "total", "read", *outputs, "missing", *more]
    rows = []
    for finding in _worth_rows(findings):
        told = [finding.held[name] if name in finding.missing else None for name in outputs]
        missing = _by_output({name: len(ids) for name, ids in finding.missing.items()})
        repaired = [_by_output(finding.repaired)] if repairs else []
        feed = finding.feed
        fixed = (feed.console, feed.stream.name, _day(finding), finding.total, finding.read)
        not_due = [finding.due] if due else []
        rows.append((*fixed, *told, missing if finding.whole else "?", *not_due, *repaired))
    tables.print_table(columns, rows, too_wide="cut")
    _print_missing(findings)


def _summary(findings: Sequence[Comparison]) -> str:
    """Sum up in one line what was compared and what is missing."""
    streams = len({str(finding.feed) for finding in findings})
    read = sum(finding.read or 0 for finding in findings)
    missing = _by_output(_sums((name, len(ids)) for finding in findings for name, ids in finding.missing.items()))
    repaired = sum(count for finding in findings for count in finding.repaired.values())
    due = sum(finding.due for finding in findings)
    troubled = sum(not finding.whole for finding in findings)
    told = [
        f"compared {counted(read, 'record', grouped=True)} of {counted(streams, 'stream', grouped=True)}",
        f"{missing} missing",
    ]
    told += [f"{repaired:,} repaired"] if repaired else []
    told += [f"{due:,} not due yet: changed so lately that no poll had to bring them"] if due else []
    told += [f"{counted(troubled, 'row', grouped=True)} not compared completely"] if troubled else []
    return ", ".join(told)


def _sums(numbers: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums = Counter[str]()
    for name, number in numbers:
        sums[name] += number
    return dict(sums)


def _worth_rows(findings: Sequence[Comparison]) -> list[Comparison]:
    """The findings of pieces that hold anything; of a stream that holds nothing at all, its first."""
    told = {str(finding.feed) for finding in findings if _holds(finding)}
    rows = []
    for finding in findings:
        if _holds(finding) or str(finding.feed) not in told:
            told.add(str(finding.feed))
            rows.append(finding)
    return rows


def _holds(finding: Comparison) -> bool:
    return bool(finding.total or finding.read or not finding.sound)


def _by_output(numbers: dict[str, int]) -> str:
    """A number a name; the names only where there are several."""
    if len(numbers) <= 1 or not any(numbers.values()):
        return str(sum(numbers.values()))
    return ", ".join(f"{name} {number}" for name, number in numbers.items() if number)


def _print_missing(findings: Iterable[Comparison]) -> None:
    lines = [
        f"missing from {name}: {finding.feed} {_day(finding)}: {identity}\n"
        for finding in findings
        for name, ids in finding.missing.items()
        for identity in ids
    ]
    OUT.write("".join(lines[:_LISTED]))
    if len(lines) > _LISTED:
        OUT.write(f"and {len(lines) - _LISTED} more; --json lists all\n")

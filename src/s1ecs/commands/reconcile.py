"""`s1ecs reconcile`: hold every output against what the console has, and say exactly what is missing."""

import asyncio
import sys
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import structlog

from s1ecs.collect.backfill import Period
from s1ecs.collect.feed import Feed
from s1ecs.collect.holdings import holdings
from s1ecs.collect.present import pieces
from s1ecs.collect.reconcile import REPAIR, Finding, reconcile
from s1ecs.collect.session import open_feeds
from s1ecs.commands import tables
from s1ecs.commands.process import start_log, until_signal
from s1ecs.errors import Forbidden, NotFound, S1ecsError, UsageError
from s1ecs.settings import Settings
from s1ecs.times import bound, time_text

# How many missing ids are listed below the table; --json lists all.
_LISTED = 20

_ENDED = "ended before all was looked at: what has a ? or no row here may be missing"


def reconcile_streams(settings: Settings, names: Sequence[str], period: Period, *, repairs: bool, json: bool) -> int:
    """Print the findings; 1 when anything is missing or could not be looked at, else 0.

    A stream that was not named and that the console does not give (403, 404) is no such thing.
    """
    if period.start >= period.end:
        raise UsageError("reconcile: --from must lie before --to")
    log = start_log(settings)
    findings, whole = asyncio.run(_reconcile(settings, names, period, repairs=repairs, log=log))
    if not whole:
        log.error(f"reconcile: {_ENDED}")
    if json:
        tables.print_json(_JSON_COLUMNS, map(_json_row, findings))
    else:
        _print_table(findings, repairs=repairs)
        if not whole:
            sys.stdout.write(f"{_ENDED}\n")
    return int(not whole or not findings or not all(finding.sound or _excused(finding, names) for finding in findings))


async def _reconcile(
    settings: Settings, names: Sequence[str], period: Period, *, repairs: bool, log: structlog.stdlib.BoundLogger
) -> tuple[list[Finding], bool]:
    """The findings, and whether all was looked at before a signal came."""
    stop = asyncio.Event()
    looked: list[tuple[Feed, list[Finding]]] = []

    async def work() -> None:
        async with open_feeds(settings, names) as feeds:
            _require_holdings(feeds, log)
            looked.extend((feed, []) for feed in feeds)
            for feed in feeds:
                await feed.client.learn_time()
            ways = (look(feed, period, stop, found, repairs=repairs, log=log) for feed, found in looked)
            await asyncio.gather(*ways)

    whole = await until_signal(work(), stop, log)
    for feed, found in looked:
        found.extend(in_hand(feed, period, found))
    findings = [finding for _, found in looked for finding in found]
    return findings, whole and not any(finding.stopped for finding in findings)


async def look(
    feed: Feed,
    period: Period,
    stop: asyncio.Event,
    found: list[Finding],
    *,
    repairs: bool,
    log: structlog.stdlib.BoundLogger,
) -> None:
    """Reconcile one stream; whatever is wrong with it comes among its findings, so that the others go on."""
    try:
        async with AsyncExitStack() as stack:
            if repairs:
                await stack.enter_async_context(feed.checkpoints.held([feed.walk(REPAIR)]))
            async for finding in reconcile(feed, period, stop, repairs=repairs):
                found.append(finding)
                _say(log, finding)
    except S1ecsError as error:
        found.append(Finding(feed, None, error=error))
        _say(log, found[-1])


def in_hand(feed: Feed, period: Period, found: Sequence[Finding]) -> list[Finding]:
    """The piece of a stream that was given up in the midst, as a finding that was stopped; none if nothing was."""
    if found and (found[-1].error is not None or found[-1].stopped):
        return []
    return [Finding(feed, piece, stopped=True) for piece in pieces(feed, period)[len(found) :][:1]]


def _require_holdings(feeds: Sequence[Feed], log: structlog.stdlib.BoundLogger) -> None:
    outputs = {output.name for feed in feeds for output in feed.outputs}
    askable = {holding.name for feed in feeds for holding in holdings(feed, reading=True)}
    if outputs and not askable:
        raise UsageError(f"reconcile: no output can be asked what it holds ({', '.join(sorted(outputs))})")
    for name in sorted(outputs - askable):
        log.warning(f"{name}: this output can't be asked what it holds, so it is left out here")


def _say(log: structlog.stdlib.BoundLogger, finding: Finding) -> None:
    about = f"{finding.feed} {_day(finding)}"
    if finding.error is not None:
        log.error(f"{about}: {finding.error.behind(finding.feed.console)}")
    if finding.unread:
        log.error(f"{about}: {finding.unread} could not be read, so nobody knows whether they are missing; try again")
    if finding.fewer_than_told and not finding.stopped:
        log.error(
            f"{about}: the console counts {finding.total} and gave {finding.read}: records changed meanwhile, or its "
            "pages leave some out; try again, and report it with this line if it lasts"
        )


def _excused(finding: Finding, names: Sequence[str]) -> bool:
    return not names and isinstance(finding.error, Forbidden | NotFound)


def _day(finding: Finding) -> str:
    if finding.piece is None:
        return "all"
    start, end = (bound(time_text(moment)) for moment in (finding.piece.start, finding.piece.end))
    whole = start.endswith("T00:00:00Z") and finding.piece.end - finding.piece.start == timedelta(days=1)
    return start[:10] if whole else f"{start} to {end}"


_JSON_COLUMNS = ("console", "stream", "day", "total", "read", "outputs", "not_due", "unread", "stopped", "error")


def _json_row(finding: Finding) -> Sequence[Any]:
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


def _print_table(findings: Sequence[Finding], *, repairs: bool) -> None:
    outputs = list(dict.fromkeys(name for finding in findings for name in finding.missing))
    columns = ["console", "stream", "day", "total", "read", *outputs, "missing", *(["repaired"] if repairs else [])]
    rows = []
    for finding in _worth_rows(findings):
        told = [finding.held[name] if name in finding.missing else None for name in outputs]
        missing = _by_output({name: len(ids) for name, ids in finding.missing.items()})
        repaired = [_by_output(finding.repaired)] if repairs else []
        feed = finding.feed
        fixed = (feed.console, feed.stream.name, _day(finding), finding.total, finding.read)
        rows.append((*fixed, *told, missing if finding.whole else "?", *repaired))
    tables.print_table(columns, rows)
    _print_missing(findings)


def _worth_rows(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of pieces that hold anything; of a stream that holds nothing at all, its first."""
    told = {str(finding.feed) for finding in findings if _holds(finding)}
    rows = []
    for finding in findings:
        if _holds(finding) or str(finding.feed) not in told:
            told.add(str(finding.feed))
            rows.append(finding)
    return rows


def _holds(finding: Finding) -> bool:
    return bool(finding.total or finding.read or not finding.sound)


def _by_output(numbers: dict[str, int]) -> str:
    """A number a name; the names only where there are several."""
    if len(numbers) <= 1 or not any(numbers.values()):
        return str(sum(numbers.values()))
    return ", ".join(f"{name} {number}" for name, number in numbers.items() if number)


def _print_missing(findings: Iterable[Finding]) -> None:
    lines = [
        f"missing from {name}: {finding.feed} {_day(finding)}: {identity}\n"
        for finding in findings
        for name, ids in finding.missing.items()
        for identity in ids
    ]
    sys.stdout.writelines(lines[:_LISTED])
    if len(lines) > _LISTED:
        sys.stdout.write(f"and {len(lines) - _LISTED} more; --json lists all\n")

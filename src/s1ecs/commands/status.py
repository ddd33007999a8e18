"""`s1ecs status`: does collecting go on as it should? For monitors and health checks; reads the state alone."""

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from s1ecs.commands.streams import stream_rows
from s1ecs.commands.tables import print_json, print_table
from s1ecs.commands.verdicts import Line, Verdict, verdicts
from s1ecs.errors import StateError
from s1ecs.outputs.dead_letters import DeadLetters
from s1ecs.outputs.spooled import read_spools
from s1ecs.settings import Settings
from s1ecs.state.actions import read_waiting
from s1ecs.state.life import read_life
from s1ecs.state.polls import read_polls

_PLAIN = (
    "verdict",
    "about",
    "console",
    "stream",
    "text",
    "age_seconds",
    "to_ask_again",
    "dead_letters",
    "token_days_left",
)


def status(settings: Settings, now: datetime, *, json: bool) -> int:
    """Print the overall verdict first, then what it comes from; it is the exit status, too. `now` in UTC."""
    settings.require_consoles()
    lines = _lines(settings, now)
    worst = max(line.verdict for line in lines)
    if json:
        print_json(_PLAIN, [_plain(Line(worst, "s1ecs", "", "", _summary(lines))), *map(_plain, lines)])
        return worst
    # A monitor shows the first line; the rest is for whoever looks closer.
    sys.stdout.write(f"s1ecs {worst}: {_summary(lines)}\n")
    print_table(("verdict", "about", "what"), [(line.verdict, line.about, line.text) for line in lines])
    return worst


def _lines(settings: Settings, now: datetime) -> list[Line]:
    folder = settings.state_dir
    try:
        rows = stream_rows(settings, read_polls(folder), now)
        letters = _dead_letters(folder)
        return verdicts(rows, read_life(folder), letters, now, read_spools(folder), audits=read_waiting(folder))
    except StateError as error:
        return [Line(Verdict.CRITICAL, "state", "", "", str(error))]


def _dead_letters(folder: Path) -> dict[tuple[str, str], int]:
    letters = DeadLetters(folder)
    return Counter((letter.console, letter.stream) for name in letters.streams() for letter in letters.read(name))


def _summary(lines: Sequence[Line]) -> str:
    worst = max(line.verdict for line in lines)
    streams = sum(bool(line.stream) for line in lines)
    if worst is Verdict.OK:
        return f"{streams} {'stream' if streams == 1 else 'streams'} in time"
    bad = [line for line in lines if line.verdict is not Verdict.OK]
    graves = [f"{line.about}: {line.text}" for line in sorted(bad, key=lambda line: -line.verdict)]
    return graves[0] + (f" (and {len(graves) - 1} more)" if len(graves) > 1 else "")


def _plain(line: Line) -> Sequence[object]:
    age = None if line.age is None else line.age / timedelta(seconds=1)
    named = (str(line.verdict), line.about, line.console, line.stream, line.text)
    return (*named, age, line.to_ask_again, line.dead_letters, line.token_days)

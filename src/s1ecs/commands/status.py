"""`s1ecs status`: health of collecting, from the state alone, for monitors and health checks."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from s1ecs.commands.terminal.tables import print_json, print_table, print_text
from s1ecs.monitor.health import HealthLine, overall, read_health
from s1ecs.settings import Settings

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
    lines = read_health(settings, now)
    whole = overall(lines)
    if json:
        print_json(_PLAIN, map(_plain, [whole, *lines]))
        return whole.health
    # A monitor shows the first line; the rest is for whoever looks closer.
    print_text(f"s1ecs {whole.health}: {whole.text}")
    print_table(
        ("status", "subject", "details"), [(line.health, line.about, line.text) for line in lines], too_wide="wrap"
    )
    return whole.health


def _plain(line: HealthLine) -> Sequence[object]:
    age = None if line.age is None else line.age / timedelta(seconds=1)
    named = (str(line.health), line.about, line.console, line.stream, line.text)
    return (*named, age, line.to_ask_again, line.dead_letters, line.token_days)

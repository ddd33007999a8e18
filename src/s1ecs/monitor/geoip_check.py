"""Check of the GeoIP database: usable, and how old."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from s1ecs.counted import counted
from s1ecs.ecs.geoip import built_at
from s1ecs.errors import UsageError
from s1ecs.monitor.check_result import CheckResult

# MaxMind publishes twice a week, and its license wants older databases to be removed after 30 days.
_OLD_AFTER = timedelta(days=30)


def check_geoip(path: Path | None, now: datetime) -> Iterator[CheckResult]:
    """Check the database of the setting `geoip`, if there is one."""
    if path is None:
        return
    try:
        age = max(now - built_at(path), timedelta(0))
    except UsageError as error:
        yield CheckResult("failed", "geoip", "geoip", str(error))
        return
    text = f"{path} is {counted(age.days, 'day')} old"
    if age > _OLD_AFTER:
        cure = "download a newer one (geoipupdate), and restart s1ecs"
        yield CheckResult("warning", "geoip", "geoip", text, cure)
    else:
        yield CheckResult("ok", "geoip", "geoip", text)

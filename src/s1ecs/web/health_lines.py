"""Health of collection as the page and its metrics show it, whatever is wrong with settings or state."""

from collections.abc import Callable, Sequence

from s1ecs.errors import S1ecsError
from s1ecs.monitor.health import Health, HealthLine, read_health
from s1ecs.web.context import WebContext


def health_lines(context: WebContext) -> Sequence[HealthLine]:
    """Read the health; what keeps it from being read is a critical line."""
    try:
        return read_health(context.settings, context.now())
    except S1ecsError as error:
        return [HealthLine(Health.CRITICAL, "settings", "", "", str(error).partition(";")[0])]


def visible_health(context: WebContext, is_shown: Callable[[str], object]) -> Sequence[HealthLine]:
    """Read the health as far as it is about the collector, or about consoles that are shown to a person."""
    return [each for each in health_lines(context) if not each.console or is_shown(each.console)]

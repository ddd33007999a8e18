"""Difference between a console's clock and ours, in words, with its cure."""

from datetime import timedelta

from s1ecs.settings.units import write_duration

CURE = (
    "synchronize the clock of this machine (NTP); if it is correct, fix the console's clock or the proxy that rewrites "
    "the Date header"
)


def apart(seconds: float) -> str:
    """Describe the difference of the console's clock: `2h ahead of this machine's`."""
    direction = "ahead of" if seconds > 0 else "behind"
    return f"{write_duration(timedelta(seconds=round(abs(seconds))))} {direction} this machine's"

"""The console's clock and ours: what a Date tells, what it does not, and which of the two was set."""

from datetime import UTC, datetime, timedelta

import pytest

from s1ecs.sentinelone.server_clock import Clocks, ConsoleTime

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Machine:
    """Our two clocks, which go on together but for what is set, and the console's time by both."""

    def __init__(self) -> None:
        self.steady = 100.0
        self.wall = NOON
        self.time = ConsoleTime(lambda: self.wall, lambda: self.steady, lambda: "boot")

    def pass_by(self, seconds: float) -> None:
        """Time goes by."""
        self.steady += seconds
        self.wall += timedelta(seconds=seconds)

    def learn(self, console: datetime, waited: float = 0.0) -> Clocks:
        """An answer arrives for which we waited so long; both clocks then."""
        self.time.learn(f"{console:%a, %d %b %Y %H:%M:%S} GMT", self.steady - waited)
        return self.time.clocks()


def test_a_slow_answer_is_no_step_back() -> None:
    """A Date that was made long before its answer was through leaves what is known of the console's clock."""
    machine = Machine()
    before = machine.learn(NOON)
    machine.pass_by(60)
    after = machine.learn(NOON + timedelta(seconds=5), waited=58)
    assert (before.least, before.most) == (0.0, 1.0)
    assert (after.least, after.most) == (0.0, 1.0)
    assert after.console == NOON + timedelta(seconds=60)
    assert machine.time.difference == 0.0


def test_a_step_of_ours_is_told_from_one_of_the_consoles() -> None:
    """When our clock is set, the difference changes by as much as its reading at the beginning of the steady one."""
    machine = Machine()
    before = machine.learn(NOON)
    machine.wall += timedelta(hours=1)
    after = machine.learn(NOON)
    assert (after.base - before.base, after.since) == (3600, before.since)
    assert (after.least, after.most) == (-3600, -3599)
    assert after.console == NOON


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "Sat, 01 Jan 3000 00:00:00 GMT",
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2024 00:00:00 +9999999999",
        "noon",
        "",
    ],
)
def test_what_is_no_time_of_a_clock_is_passed_over(date: str) -> None:
    """A Date outside of what a console's clock can show leaves the time as it was, and raises nothing."""
    machine = Machine()
    machine.learn(NOON)
    machine.time.learn(date)
    assert machine.time.now() - NOON < timedelta(days=366 * 26)
    assert machine.time.seconds_asked(date) is None or machine.time.seconds_asked(date) >= 0  # type: ignore[operator]


def test_a_clock_of_ours_that_is_not_set_is_not_believed() -> None:
    """A machine that begins in 1970 takes the console's time for its own."""
    machine = Machine()
    machine.wall = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
    clocks = machine.learn(NOON)
    assert (clocks.ours, clocks.earlier, clocks.least) == (NOON, NOON, 0.0)

"""The short run of `make chaos`; and, in `make chaos` alone, the collector broken on purpose, which is found out."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .patience import PATIENCE

HERE = Path(__file__).parents[2]
# Its three calls a second would take longer than all the rest; the long run has it.
WITHOUT = ("--without", "application")


def start(*arguments: str) -> "subprocess.Popen[str]":
    """Start a run."""
    command = [sys.executable, "-m", "chaos", *WITHOUT, *arguments]
    return subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def end(process: "subprocess.Popen[str]") -> tuple[int, str, dict[str, int]]:
    """Wait for a run: its status, what it printed, and the numbers of its sum."""
    told, _ = process.communicate(timeout=PATIENCE)
    sums = re.findall(r"^lost \d+, doubled \d+, .*$", told, re.MULTILINE)
    assert len(sums) == 1, told
    return process.returncode, told, {word: int(number) for word, number in re.findall(r"(\w+) (\d+)", sums[0])}


# A run whose faults or kills did not all find their moment, on a busy machine, proves too little; another one may.
SEEDS = ("3", "4", "5")
LACK_OF_TIME = re.compile("faults that never struck|only .* kills in the time there was")
FEWEST_KILLS = 3


def is_whole(told: str) -> bool:
    """Whether a run went through all streams once more; what it finds then is the mutant's doing and nothing else's."""
    assert not re.search("ended by itself|(bug|mistake) in s1ecs", told), told
    return "not walked through" not in told


def test_nothing_is_lost_or_doubled_however_the_collector_is_killed() -> None:
    """Kills amid the kinds of faults, at least half of them inside a poll: every record is there, once.

    A fault or kill that found no moment in this short time is no failure here; the long run waits for each.
    """
    told = ""
    for seed in SEEDS:
        _, told, sums = end(start("--kills", "8", "--minutes", "0.7", "--seed", seed))
        assert sums["doubled"] == 0, told
        if not is_whole(told):
            continue
        assert sums["lost"] == 0, told
        failures = re.findall("^FAILED: (.*)$", told, re.MULTILINE)
        if all(LACK_OF_TIME.match(failure) for failure in failures) and sums["kills"] >= FEWEST_KILLS:
            assert sums["records"] > 200
            return
    raise AssertionError(told)


@pytest.mark.chaos
def test_nothing_is_lost_or_doubled_while_days_are_archived() -> None:
    """Days leave the store at the beginning of each life: every record is in the store or in one file, once."""
    told = ""
    for seed in SEEDS:
        _, told, sums = end(start("--kills", "12", "--minutes", "1", "--seed", seed, "--archive"))
        assert sums["doubled"] == 0, told
        if is_whole(told):
            assert sums["lost"] == 0, told
            assert "nothing was archived" not in told
            return
    raise AssertionError(told)


@pytest.mark.chaos
def test_a_collector_that_loses_or_doubles_is_found_out() -> None:
    """With the checkpoint before the delivery the run reports losses, with the delivery before it doubles."""
    loses: dict[str, int] = {}
    doubles: dict[str, int] = {}
    for seed in SEEDS:
        plan = ("--kills", "8", "--minutes", "1", "--seed", seed)
        running = [start("--mutant", mutant, *plan) for mutant in ("checkpoint_first", "delivery_first")]
        (status_one, told_one, loses), (status_two, told_two, doubles) = [end(process) for process in running]
        if not (is_whole(told_one) and is_whole(told_two)):
            continue
        assert doubles["lost"] == 0, told_two
        if loses["lost"] and doubles["doubled"]:
            assert (status_one, status_two) == (1, 1)
            return
    raise AssertionError((loses, doubles))


@pytest.mark.chaos
def test_a_collector_that_believes_every_clock_is_found_out() -> None:
    """With bounds and positions kept that a wrong clock gave, the run reports losses."""
    told = ""
    for seed in SEEDS:
        status, told, sums = end(start("--mutant", "any_clock", "--kills", "8", "--minutes", "1", "--seed", seed))
        if is_whole(told) and sums["lost"]:
            assert status == 1
            return
    raise AssertionError(told)


@pytest.mark.chaos
def test_a_collector_that_takes_an_error_for_an_empty_list_is_found_out() -> None:
    """With errors beside empty lists taken for empty lists, the run reports things as gone that are there."""
    told = ""
    for seed in SEEDS:
        status, told, _ = end(start("--mutant", "errors_as_empty", "--kills", "4", "--minutes", "1", "--seed", seed))
        if is_whole(told) and re.search(r"application_risk: \d+ gone though the console has them", told):
            assert status == 1
            return
    raise AssertionError(told)

"""The short runs of `make chaos`: the collector as it is, and broken on purpose."""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[2]
# Its three calls a second would take longer than all the rest; the long run has it.
WITHOUT = ("--without", "application")


def start(*arguments: str) -> "subprocess.Popen[str]":
    """Start a run."""
    command = [sys.executable, "-m", "chaos", *WITHOUT, *arguments]
    return subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def end(process: "subprocess.Popen[str]") -> tuple[int, str, dict[str, int]]:
    """Wait for a run: its status, what it printed, and the numbers of its sum."""
    told, _ = process.communicate(timeout=150)
    sums = re.findall(r"^lost \d+, doubled \d+, .*$", told, re.MULTILINE)
    assert len(sums) == 1, told
    return process.returncode, told, {word: int(number) for word, number in re.findall(r"(\w+) (\d+)", sums[0])}


def test_nothing_is_lost_or_doubled_however_the_collector_is_killed() -> None:
    """Twelve kills amid every kind of fault, at least half of them inside a poll: every record is there, once."""
    status, told, sums = end(start("--kills", "12", "--minutes", "1", "--seed", "3"))
    assert status == 0, told
    assert (sums["lost"], sums["doubled"], sums["kills"]) == (0, 0, 12)
    assert sums["records"] > 200


def test_a_collector_that_loses_or_doubles_is_found_out() -> None:
    """With the checkpoint before the delivery the run reports losses, with the delivery before it doubles."""
    plan = ("--kills", "8", "--minutes", "0.75", "--seed", "3")
    running = [start("--mutant", mutant, *plan) for mutant in ("checkpoint_first", "delivery_first")]
    (status_one, told_one, loses), (status_two, told_two, doubles) = [end(process) for process in running]
    assert (status_one, status_two) == (1, 1)
    # It was found for this and nothing else: both ran to the end, and through all streams once more.
    assert not re.search("ended by itself|not walked through|mistake in s1ecs", told_one + told_two), (
        told_one + told_two
    )
    assert loses["lost"] > 0, told_one
    assert doubles["doubled"] > 0, told_two
    assert doubles["lost"] == 0, told_two

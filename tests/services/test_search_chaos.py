"""A short run with a search server in trouble, part of `make chaos`."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2]
# One minute is too short for some faults of the console to find their moment; another test is about them.
EXPECTED = "FAILED: faults that never struck: "
TROUBLES = ("server_killed", "index_blocked", "rolled_over", "bulk_rejected", "gateway_answered")
# A run whose trouble did not all find its moment, on a busy machine, proves too little; another one may.
SEEDS = ("3", "4", "5")


@pytest.mark.chaos
@pytest.mark.timeout(900, func_only=True)
@pytest.mark.usefixtures("elasticsearch")
def test_a_search_server_in_trouble_loses_and_doubles_nothing() -> None:
    """Amid kills of collector and server, a block, rollovers, 429 and a gateway: every record is there, once."""
    told = ""
    for seed in SEEDS:
        # Its three calls a second would take longer than all the rest; the long run has it.
        plan = ("--kills", "4", "--server-kills", "1", "--minutes", "0.6", "--seed", seed, "--without", "application")
        command = [sys.executable, "-m", "chaos", "--search", "elasticsearch", *plan]
        result = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=600, check=False)
        told = result.stdout + result.stderr
        sums = re.findall(r"^lost (\d+), doubled (\d+), ", told, re.MULTILINE)
        assert len(sums) == 1, told
        failures = [line for line in told.splitlines() if line.startswith("FAILED: ") and not line.startswith(EXPECTED)]
        assert sums == [("0", "0")], told
        struck = {kind: int(times) for kind, times in re.findall(r"^fault (\w+) +(\d+) times$", told, re.MULTILINE)}
        if not failures and all(struck[kind] for kind in TROUBLES):
            return
    raise AssertionError(told)

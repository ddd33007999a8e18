import os
import subprocess
import sys

import pytest

from s1ecs.process_identity import identity_of, is_gone

HERE = identity_of(os.getpid())
BOOT, NAMESPACE, START = HERE.split() if HERE else ("", "", "")

pytestmark = pytest.mark.skipif(not HERE, reason="this system has no /proc")


def test_a_process_that_ended_is_gone() -> None:
    """A process is there until it has ended, and gone from then on."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        identity = identity_of(process.pid)
        assert identity
        assert not is_gone(process.pid, identity)
    assert is_gone(process.pid, identity)


@pytest.mark.parametrize(
    ("identity", "gone"),
    [
        (HERE, False),
        (f"{BOOT} {NAMESPACE} {int(START or 0) + 1}", True),
        (f"another-boot {NAMESPACE} {START}", False),
        (f"{BOOT} pid:[1] {int(START or 0) + 1}", False),
        ("", False),
    ],
    ids=[
        "the same",
        "id used again",
        "another boot or machine",
        "of another container",
        "not known",
    ],
)
def test_ids_are_used_again(identity: str, gone: bool) -> None:  # noqa: FBT001 - a row of the table
    """A process is known to be gone only where boot and namespace are ours, and its start is that of no process."""
    assert is_gone(os.getpid(), identity) == gone

"""Response actions that are stopped by a signal, with the installed command against the stand-in."""

import json
import os
import pty
import signal

import pytest

from .conftest import MOMENT, S1ECS, Start
from .patience import PATIENCE
from .responding import Acting


@pytest.fixture(scope="module")
def acting(tmp_path_factory: pytest.TempPathFactory, start_standin: Start) -> Acting:
    """A stand-in to act on, with a state folder that the tests of this file share."""
    url = start_standin("--agents", "20", "--alerts", "1", "--now", MOMENT)
    return Acting(tmp_path_factory.mktemp("respond"), url)


def _stopped(acting: Acting, number: signal.Signals, *options: str) -> tuple[str, str]:
    """What an isolation of a host that is offline prints, when it is sent this signal while it is followed."""
    host = acting.host()["id"]
    acting.control(offline=[host])
    with acting.commands.start("respond", "isolate", host, "--yes", "--poll", "0.05", *options) as process:
        for _ in iter(lambda: _taken(acting), True):
            assert process.poll() is None
        process.send_signal(number)
        printed, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    return printed, told


def _taken(acting: Acting) -> bool:
    """Whether the newest action is one whose answer came: then it is being followed."""
    if not acting.received():
        return False
    [row, *_] = json.loads(acting.commands.ok("respond", "history", "--json"))
    return "affected" in row["details"]


def test_ctrl_c_ends_the_waiting_not_the_action(acting: Acting) -> None:
    """Whoever stops waiting is told the id of the action, which goes on."""
    _, told = _stopped(acting, signal.SIGINT)
    [row, *_] = json.loads(acting.commands.ok("respond", "history", "--json"))
    assert (row["status"], row["action"]) == ("pending", "isolate")
    assert "the action itself continues" in told
    assert f"s1ecs respond status {row['id']}" in told


def test_sigterm_with_json_gives_the_object(acting: Acting) -> None:
    """A program that ends the waiting is told what it would be told otherwise: one object, and how to go on."""
    printed, told = _stopped(acting, signal.SIGTERM, "--json")
    result = json.loads(printed)
    assert (result["status"], result["action"]) == ("pending", "isolate")
    assert f"s1ecs respond status {result['id']}" in told


@pytest.mark.parametrize("stop", [b"\x03", signal.SIGTERM])
def test_stopped_at_the_question(acting: Acting, stop: bytes | signal.Signals) -> None:
    """Ctrl-C and SIGTERM at the question end the command, without Enter; nothing is sent."""
    acting.control()
    host = acting.host()
    command = [str(S1ECS), "respond", "isolate", host["id"]]
    # The terminal of a session of its own, so that Ctrl-C becomes a signal.
    process, terminal = pty.fork()
    if not process:
        os.execve(command[0], command, acting.commands.environment)  # noqa: S606 - a shell would take the signal
    told = b""
    while f"Isolate {host['computerName']}? [y/N] ".encode() not in told:
        told += os.read(terminal, 4096)
    if isinstance(stop, bytes):
        os.write(terminal, stop)
    else:
        os.kill(process, stop)
    while b"stopped; nothing was sent" not in told:
        told += os.read(terminal, 4096)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 1
    os.close(terminal)
    assert acting.received() == []


@pytest.mark.parametrize("right", [True, False])
def test_a_dangerous_action_is_confirmed_by_name(acting: Acting, *, right: bool) -> None:
    """On a terminal the name of the host is asked for: the right one in any case sends the action, another nothing."""
    acting.control()
    host = acting.host()
    name = host["computerName"]
    command = [str(S1ECS), "respond", "uninstall", host["id"], "--no-wait", "--yes"]
    process, terminal = pty.fork()
    if not process:
        os.execve(command[0], command, acting.commands.environment)  # noqa: S606 - a terminal is what is tested
    told = b""
    while f"Uninstall the agent of {name}? Type {name} to confirm: ".encode() not in told:
        told += os.read(terminal, 4096)
    os.write(terminal, (name.lower() if right else f"{name}x").encode() + b"\n")
    while (b"id: " if right else b"nothing was sent") not in told:
        try:
            told += os.read(terminal, 4096)
        except OSError:
            break
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == int(not right), told
    os.close(terminal)
    assert len(acting.received()) == int(right)

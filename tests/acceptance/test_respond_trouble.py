"""Response actions that go wrong, with the installed command against the stand-in."""

import json
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from s1ecs import respond
from s1ecs.errors import ActionRefused

from .conftest import MOMENT, Commands, Start, answering
from .patience import PATIENCE
from .responding import TOKEN, Acting


@pytest.fixture(scope="module")
def acting(tmp_path_factory: pytest.TempPathFactory, start_standin: Start) -> Acting:
    """A stand-in to act on, with a state folder that the tests of this file share."""
    url = start_standin("--agents", "80", "--alerts", "20", "--now", MOMENT)
    return Acting(tmp_path_factory.mktemp("respond"), url)


async def test_refused_by_the_state_of_the_host(acting: Acting, tmp_path: Path) -> None:
    """What makes no sense on a host is refused before anything is sent, with the reason, and written down."""
    acting.control()
    isolated = acting.host("linux", networkStatus="disconnected")["computerName"]
    connected = acting.host()["computerName"]
    gone = acting.host(isDecommissioned=True, isActive=False, networkStatus="connecting")
    async with respond.Console(acting.url, TOKEN, state_dir=tmp_path / "state") as console:
        results = {
            "already isolated": await respond.isolate(console, isolated),
            "not isolated": await respond.release(console, connected),
            "no agent has the id": await respond.isolate(console, "no-such-host"),
            "linux, macos only": await respond.processes(console, connected),
            "requires input": await respond.run_script(console, connected, "1466645476786791834"),
            "decommissioned": await respond.restart(console, gone["id"]),
            "only decommissioned or uninstalled agents": await respond.restart(console, gone["computerName"]),
        }
        rows = await respond.history(console)
    for reason, result in results.items():
        assert result.status == "refused", result
        assert reason in result.reason
    assert [(row.status, row.reason) for row in reversed(rows)] == [
        (result.status, result.reason) for result in results.values()
    ]
    status, refused = acting.act("isolate", isolated)
    assert (status, refused["status"]) == (1, "refused")
    assert acting.received() == []


def test_a_name_of_several_agents(alone: Commands) -> None:
    """A name that several agents have is refused, with what one needs to choose between them."""
    agents = [
        {"id": f"22549473093849380{n}", "computerName": "ws-1", "osName": f"Windows {n}", "siteName": f"Site {n}"}
        for n in range(2)
    ]
    with answering(200, json.dumps({"data": agents})) as url:
        environment = {"S1ECS_URL": url, "S1ECS_TOKEN": "a-token-for-tests", "S1ECS_ACTION_TOKEN": "another-token"}
        result = alone.run("respond", "isolate", "ws-1", "--yes", **environment)
    assert result.returncode == 1
    for agent in agents:
        assert all(agent[key] in result.stderr for key in ("id", "osName", "siteName"))


async def test_the_console_says_no(acting: Acting, tmp_path: Path) -> None:
    """No permission, nobody affected, an approval, a script that fails, a file that is gone: failed, and why."""
    host = acting.host()["computerName"]
    cases: list[tuple[str, str, dict[str, Any], str]] = [
        ("affected_zero", "restart", {}, "nothing was affected"),
        ("approval_required", "kill-process", {"name": "a.exe"}, "requires approval in the console"),
        ("script_fails", "kill-process", {"name": "a.exe"}, "failed"),
        ("expired_files", "get-file", {"paths": [r"C:\Temp\a"]}, "the file is gone"),
    ]
    async with respond.Console(acting.url, TOKEN, state_dir=tmp_path / "state") as console:
        for control, name, arguments, reason in cases:
            acting.control(**{control: True})
            result = await respond.act(console, name, host, arguments)
            assert result.status == "failed", result
            assert reason in result.reason
            assert len(acting.received()) == 1
    acting.control()
    status, told = acting.act("restart", host, S1ECS_ACTION_TOKEN="no-Endpoints.reboot")
    assert (status, told["status"]) == (1, "failed")
    assert "not permitted (403" in told["reason"]


def test_a_host_that_is_offline(acting: Acting) -> None:
    """An order to a host that is offline stays pending, exit status 1; once it is back, `status` ends it."""
    host = acting.host()
    acting.control(offline=[host["id"]])
    status, result = acting.act("isolate", host["id"], "--timeout", "300ms")
    assert (status, result["status"]) == (1, "pending")
    acting.control()
    ended = acting.commands.run("respond", "status", result["id"], "--json", "--poll", "0.05", "--timeout", "4m")
    assert (ended.returncode, json.loads(ended.stdout)["status"]) == (0, "done")
    assert acting.received() == []


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        (["isolate", "HOST"], "done"),
        (["get-file", "HOST", r"C:\Temp\a"], "done"),
        (["restart", "HOST"], "done"),
        (["broadcast", "HOST", "call us"], "unknown"),
    ],
)
def test_no_second_action(acting: Acting, words: list[str], ends: str) -> None:
    """Where the answer is lost, nothing is sent again: the console is asked, and where it can't tell, that is said."""
    host = acting.host()["id"]
    acting.control(drop_after=1)
    status, result = acting.act(*(host if word == "HOST" else word for word in words))
    assert (status, result["status"]) == (int(ends != "done"), ends)
    assert len(acting.received()) == 1


def test_nothing_is_done_without_being_told(acting: Acting) -> None:
    """A missing token, terminal, scope or host name is refused with exit status 2; nothing is sent."""
    host = acting.host()["id"]
    acting.control()
    cases = [
        (["restart", host, "--yes"], {"S1ECS_ACTION_TOKEN": ""}, "S1ECS_ACTION_TOKEN"),
        (["restart", host], {}, "--yes"),
        (["uninstall", host, "--yes"], {}, "--confirm HOSTNAME"),
        (["uninstall", host, "--confirm", "another-host"], {}, "nothing was sent"),
        (["blocklist", "remove", "a" * 40, "--yes"], {}, "--site"),
        (["blocklist", "remove", "a" * 40, "--yes", "--site", host, "--tenant"], {}, "exactly one scope"),
    ]
    for words, environment, told in cases:
        result = acting.commands.run("respond", *words, **environment)
        assert result.returncode == 2, result.stderr
        assert told in result.stderr
    assert acting.received() == []


def test_the_result_is_told_before_documents_are_delivered(acting: Acting) -> None:
    """An output that never answers loses no password: it was printed, and who stops the delivery is told the truth."""
    acting.control()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outputs = [{"type": "elasticsearch", "hosts": [f"http://127.0.0.1:{silent.getsockname()[1]}"]}]
        words = ("respond", "get-file", acting.host()["id"], r"C:\Temp\d.txt", "--yes", "--json", "--poll", "0.05")
        with acting.commands.start(*words, S1ECS_OUTPUTS=json.dumps(outputs)) as process:
            silent.settimeout(PATIENCE)
            # Delivering has begun.
            asked, _ = silent.accept()
            with asked:
                process.send_signal(signal.SIGINT)
                printed, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, told
    assert len(json.loads(printed)["file"]["password"]) == 20
    assert "continues" not in told


def test_a_password_that_nobody_saw_is_shown_again_once(acting: Acting) -> None:
    """Where standard output was gone the password is kept until `status` has shown it, and no longer."""
    acting.control()
    words = ("respond", "get-file", acting.host()["id"], r"C:\Temp\e.txt", "--yes", "--json", "--poll", "0.05")
    with acting.commands.start(*words) as process:
        assert process.stdout is not None
        process.stdout.close()
        process.wait(PATIENCE)
    [row, *_] = json.loads(acting.commands.ok("respond", "history", "--json"))
    assert row["status"] == "done"
    shown = [json.loads(acting.commands.ok("respond", "status", row["id"], "--json")) for _ in range(2)]
    assert len(shown[0]["file"]["password"]) == 20
    assert shown[0]["file"]["sha256"] == row["details"]["sha256"]
    assert "file" not in shown[1]
    left = b"".join(each.read_bytes() for each in acting.commands.state.iterdir() if each.is_file())
    assert shown[0]["file"]["password"].encode() not in left


@pytest.mark.skipif(sys.platform == "darwin", reason="arguments are Unicode there")
def test_a_comment_that_is_no_text_is_refused_before_anything_is_sent(acting: Acting) -> None:
    """Bytes that are no UTF-8 could be written into no row; they are a fault of the command line."""
    acting.control()
    result = acting.commands.run("respond", "isolate", acting.host()["id"], "--yes", "--comment", "caf\udce9")
    assert (result.returncode, acting.received()) == (2, [])
    assert "--comment: not valid UTF-8" in result.stderr


def test_no_token_anywhere(acting: Acting) -> None:
    """The token of actions stands in nothing that is printed or kept."""
    token = "no-Endpoints.shutDown"
    host = acting.host()["id"]
    result = acting.commands.run("respond", "shutdown", host, "--yes", "--verbose", S1ECS_ACTION_TOKEN=token)
    assert result.returncode == 1
    kept = b"".join(each.read_bytes() for each in acting.commands.state.iterdir() if each.is_file())
    assert token not in result.stdout + result.stderr
    assert token.encode() not in kept


def test_a_wrong_choice_is_no_action(acting: Acting) -> None:
    """A word that is none of the choices is a mistake on the command line: exit status 2, nothing in the history."""
    acting.control()
    before = acting.commands.ok("respond", "history")
    cases = [
        (["threat", "verdict", "999999999999999999", "guilty", "--yes"], "'guilty' is not one of true_positive"),
        (
            ["ioc", "add", "a.example", "--type", "DOMAIN", "--source", "x", "--tenant", "--yes"],
            "'DOMAIN' is not one of",
        ),
        (["scripts", "--os", "amiga"], "'amiga' is not one of linux"),
        (["explode", "ws-1"], "No such command"),
    ]
    for words, told in cases:
        result = acting.commands.run("respond", *words)
        assert (result.returncode, told in result.stderr) == (2, True), result.stderr
    assert acting.commands.ok("respond", "history") == before
    assert acting.received() == []


async def test_ids_that_the_console_does_not_know(acting: Acting, tmp_path: Path) -> None:
    """An unknown id of any kind is told as such, with the console's words if it had any, and how to list the others."""
    acting.control()
    host, nobody = acting.host()["id"], "999999999999999999"
    site = respond.Scope("site", nobody)
    async with respond.Console(acting.url, TOKEN, state_dir=tmp_path / "state") as console:
        results = {
            f"no such script: {nobody}": await respond.run_script(console, host, nobody),
            "no such script: abc": await respond.run_script(console, host, "abc"),
            f"no such group: {nobody}": await respond.move_group(console, host, nobody),
            f"no such site: {nobody}": await respond.blocklist_remove(console, site, "a" * 40),
            f"no such site: {nobody},": await respond.blocklist_add(console, site, "a" * 40, ["linux"]),
            f"no such threat: {nobody}": await respond.threat_note(console, nobody, "x"),
            f"no such alert: {nobody}": await respond.alert_verdict(console, nobody, "suspicious"),
            "no such unified alert: x": await respond.unified_alert_note(console, "x", "x"),
        }
        with pytest.raises(ActionRefused, match=f"no such site: {nobody}"):
            await respond.blocklist(console, site)
    for reason, result in results.items():
        assert (result.status, result.reason.startswith(reason)) == ("refused", True), result.reason
        assert "lists" in result.reason
    assert "400" in results["no such script: abc"].reason
    assert acting.received() == []
    # Only the console knows whether indicators may be added there.
    status, failed = acting.act("ioc", "add", "a.example", "--type", "DNS", "--source", "x", "--site", nobody)
    assert (status, failed["status"], failed["reason"].startswith(f"no such site: {nobody}")) == (1, "failed", True)

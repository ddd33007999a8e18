from dataclasses import replace

import pytest

from s1ecs.commands.respond.question import name_of, question_of
from s1ecs.commands.terminal.confirm import consent, is_name
from s1ecs.errors import UsageError
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import Target
from s1ecs.respond.plan.plan import Plan
from s1ecs.respond.trackers.follow_state import FollowState

HOST = Target(kind="agent", id="225494730938493804", name="WS-0018", host="WS-0018")
THREAT = Target(kind="threat", id="225494730938493805", name="evil.exe", host="WS-0018")
SITE = Target(kind="scope", id="225494730938493915", name="site")


def planned(action: str, *targets: Target, **arguments: str) -> Plan:
    """A plan as far as a question needs it."""
    return Plan("1", ACTIONS[action], targets, (), (), "", FollowState(), "", arguments, 0.0)


@pytest.mark.parametrize(
    ("plan", "question"),
    [
        (planned("isolate", HOST), "Isolate WS-0018"),
        (planned("uninstall", HOST), "Uninstall the agent of WS-0018"),
        (planned("isolate", replace(HOST, name="")), "Isolate 225494730938493804"),
        (planned("threat mitigate", THREAT, mitigation="kill"), "Kill threat 225494730938493805 on WS-0018"),
        (planned("ioc add", SITE, value="a.example"), "Add a.example to the indicators of site 225494730938493915"),
        (planned("kill-process", HOST, name="{x}\n.exe"), r"Terminate {x}\n.exe on WS-0018"),
    ],
)
def test_a_question_names_host_and_action(plan: Plan, question: str) -> None:
    """The question is the verb phrase of the action with its target, on one line whatever the arguments hold."""
    assert question_of(plan) == question


def test_several_hosts_are_counted_and_named() -> None:
    """A question about several hosts says how many there are and names each."""
    hosts = [replace(HOST, name=f"WS-{number}") for number in (1, 2, 3)]
    assert question_of(planned("isolate", *hosts)) == "Isolate 3 hosts (WS-1, WS-2, WS-3)"


def test_the_name_that_confirms() -> None:
    """A dangerous action is confirmed by the computer name in any case, by the id where a host has no name."""
    assert is_name(" ws-0018 ", name_of(planned("uninstall", HOST)))
    assert not is_name("ws-0019", name_of(planned("uninstall", HOST)))
    assert not is_name("", name_of(planned("uninstall", HOST)))
    assert name_of(planned("uninstall", replace(HOST, name=""))) == HOST.id


def test_without_a_terminal_nobody_is_asked(capfd: pytest.CaptureFixture[str]) -> None:
    """A command that must ask and has no terminal names the option that confirms; with --yes it does not ask."""
    with pytest.raises(UsageError, match=r"setup: cannot ask .* pass --yes"):
        consent("setup", yes=False)("Apply 3 changes?")
    assert consent("setup", yes=True)("Apply 3 changes?")
    assert capfd.readouterr().out == ""

import pytest

from s1ecs.respond.actions.action import On
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.web.actions import offered as module
from s1ecs.web.actions.confirmation import Confirmation
from s1ecs.web.actions.offered import TARGETS_OF, OfferedAction, asks_for_name, noun, offered
from s1ecs.web.questions.list_view import BY_STREAM


def test_every_action_on_an_object_is_offered() -> None:
    """Each action of the table, but for those on lists of a scope, is offered beside some document."""
    names = {each.name for stream in TARGETS_OF for each in offered(stream)}
    assert names == {name for name, action in ACTIONS.items() if action.on is not On.SCOPE}


def test_names_here_are_names_of_the_table() -> None:
    """A stream or action that is renamed does not silently drop out of these tables."""
    assert set(TARGETS_OF) <= set(BY_STREAM)
    assert set(module._FIRST) | module._INTERRUPTING <= set(ACTIONS)


def test_own_actions_come_first() -> None:
    """Beside a threat the actions on threats stand before those on its host."""
    kinds = [each.action.on for each in offered("threat")]
    assert kinds == sorted(kinds, key=[On.THREAT, On.HOST].index)
    assert offered("group") == []


@pytest.mark.parametrize("name", [name for name, action in ACTIONS.items() if action.dangerous] + ["isolate"])
def test_what_asks_for_a_name(name: str) -> None:
    """Whatever the command line calls dangerous asks for the name, and so does isolating."""
    assert asks_for_name(ACTIONS[name])


@pytest.mark.parametrize(
    ("name", "label"), [("isolate", "Isolate"), ("unified-alert status", "Status"), ("threat fetch-file", "Fetch file")]
)
def test_labels(name: str, label: str) -> None:
    """A button says what it does, without the word for the object beside which it stands."""
    assert OfferedAction(ACTIONS[name]).label == label


@pytest.mark.parametrize(("name", "direct"), [("isolate", True), ("kill-process", False), ("threat mitigate", False)])
def test_which_can_be_planned_at_once(name: str, direct: bool) -> None:  # noqa: FBT001
    """An action that needs arguments, or one of several, asks for them first."""
    assert OfferedAction(ACTIONS[name]).is_direct is direct


def test_numbers_of_targets() -> None:
    """One host is a host, two are hosts."""
    assert [noun(On.HOST, 1), noun(On.HOST, 2), noun(On.UNIFIED_ALERT, 0)] == ["host", "hosts", "unified alerts"]


@pytest.mark.parametrize(("typed", "given"), [("ws-0018 ", True), ("WS-0018", True), ("", False), ("WS-001", False)])
def test_a_word_that_confirms(typed: str, given: bool) -> None:  # noqa: FBT001
    """The name confirms in any case; nothing else does."""
    assert Confirmation("Isolate WS-0018", "WS-0018").is_given(typed) is given
    assert Confirmation("Scan WS-0018").is_given(typed)

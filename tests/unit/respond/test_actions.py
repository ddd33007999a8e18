import inspect
from pathlib import Path

from s1ecs import respond
from s1ecs.commands.respond import question
from s1ecs.respond.actions.action import Answers
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.docs_page import actions_page


def test_every_row_has_a_function() -> None:
    """Each action can be called from Python by its name, with the path of the API in the docstring."""
    for action in ACTIONS.values():
        function = getattr(respond, action.function)
        assert inspect.iscoroutinefunction(function)
        assert f"{action.method} {action.path}" in function.__doc__, action.name


def test_dangerous_actions() -> None:
    """Actions that remove the protection of a host, and no others, require its name."""
    assert {name for name, action in ACTIONS.items() if action.dangerous} == {
        "uninstall",
        "decommission",
        "disable-agent",
    }


def test_every_question_can_be_asked() -> None:
    """The question of each action names its target and fills in required arguments only."""
    for action in ACTIONS.values():
        given = {argument.name: "VALUE" for argument in action.arguments if argument.needed}
        asked = question.asked(action, given, "WS-0018")
        assert "WS-0018" in asked, action.name
        assert not asked.endswith(("?", ".")), action.name


def test_what_is_not_at_its_end_with_the_answer_is_followed() -> None:
    """A task or an upload ends later than its answer, so that each such row says how it is followed."""
    for action in ACTIONS.values():
        if action.answers in {Answers.TASK, Answers.SUCCESS} or action.brings_file:
            assert action.follower is not None
            assert action.follower.to_the_end


def test_the_page() -> None:
    """docs/response-actions.md is what the table says; `make docs` writes it."""
    page = Path(__file__).parents[3] / "docs" / "response-actions.md"
    assert page.read_text(encoding="utf-8") == actions_page()

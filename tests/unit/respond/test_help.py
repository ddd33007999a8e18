from typing import Any

import pytest
import typer

from s1ecs.cli.respond import respond
from s1ecs.respond.actions.table import ACTIONS, LISTS_TO_READ

GROUP = typer.main.get_group(respond)


def _command(name: str) -> Any:
    found: Any = GROUP
    for word in name.split():
        found = found.commands[word]
    return found


@pytest.mark.parametrize("name", ["", "threat", "alert", "unified-alert", "blocklist", "ioc"])
def test_lists_of_commands_cut_no_words(name: str) -> None:
    """What a command does is a whole sentence in the list of commands, too."""
    for each in _command(name).commands.values():
        told = each.get_short_help_str(limit=45)
        assert told.endswith("."), each.name
        assert not told.endswith("...")


@pytest.mark.parametrize("name", [*ACTIONS, *LISTS_TO_READ])
def test_options_are_told_in_sentences(name: str) -> None:
    """Each argument and option of an action has a text of its own that ends as a sentence does."""
    texts = [str(getattr(each, "help", "") or "") for each in _command(name).params]
    assert all(text.endswith(".") and not text.startswith("Of ") for text in texts), texts
    assert len(set(texts)) == len(texts)

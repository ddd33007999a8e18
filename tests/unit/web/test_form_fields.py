from datetime import timedelta

import pytest
from starlette.datastructures import FormData

from s1ecs.errors import UsageError
from s1ecs.web.actions.form_fields import MOST_TARGETS, requested_action


def form(*fields: tuple[str, str]) -> FormData:
    """Make a form with these fields, that of an isolation where they say nothing else."""
    given = {name for name, _ in fields}
    usual = [("action", "isolate"), ("stream", "agent"), ("target", "default/1")]
    return FormData([*((name, value) for name, value in usual if name not in given), *fields])


def test_targets_are_read_once_each() -> None:
    """A target is a console and an id, which may have slashes; one that comes twice is one."""
    requested = requested_action(form(("target", "a/J/b="), ("target", "a/J/b="), ("target", "b/1")))
    assert requested.targets == [("a", "J/b="), ("b", "1")]


def test_arguments_are_read_by_the_table() -> None:
    """An argument with many values has one on each line; one that is left empty is not given."""
    paths = form(("action", "get-file"), ("argument.paths", "C:\\a b.txt\r\n\r\n C:\\c.log "))
    assert requested_action(paths).arguments == {"paths": ["C:\\a b.txt", "C:\\c.log"]}
    kill = form(("action", "kill-process"), ("argument.name", " evil.exe "), ("argument.pid", " "))
    assert requested_action(kill).arguments == {"name": "evil.exe"}
    requested_action(kill).check()


def test_options() -> None:
    """A time after which it is ended, and a comment, are read as on the command line."""
    requested = requested_action(form(("lasting", "4h"), ("comment", " case 17 ")))
    assert (requested.lasting, requested.comment, requested.force) == (timedelta(hours=4), "case 17", False)


@pytest.mark.parametrize(
    "fields",
    [
        [("action", "")],
        [("action", "ioc add")],
        [("target", "")],
        [("target", "default")],
        [("target", "/1")],
        [("target", f"default/{number}") for number in range(MOST_TARGETS + 1)],
        [("lasting", "soon")],
        [("comment", "x" * 1001)],
        [("comment", "\ud800")],
    ],
)
def test_what_is_not_understood(fields: list[tuple[str, str]]) -> None:
    """An unknown action, one on a scope, no target or too many, and what is no text are refused."""
    with pytest.raises(UsageError):
        requested_action(form(*fields))


def test_what_does_not_fit_the_action() -> None:
    """An option that the action does not have is refused before the console is asked."""
    with pytest.raises(UsageError, match="cannot be forced"):
        requested_action(form(("force", "1"))).check()
    with pytest.raises(UsageError, match="exactly one"):
        requested_action(form(("action", "kill-process"))).check()

"""Fields of the forms of actions: targets, arguments and options, read as the command line reads its words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from starlette.datastructures import FormData

from s1ecs.errors import UsageError
from s1ecs.respond.actions.action import Action, On
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.plan.checked_arguments import check_arguments, check_options
from s1ecs.settings.units import parse_duration

# Beginning of the name of a field with an argument of the action.
ARGUMENT = "argument."
MOST_TARGETS = 500
_LONGEST_COMMENT = 1000
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class AskedAction:
    """An action as a form asks for it.

    `targets` are pairs of a console and the id of a document of the stream, or of an object on the console; `arguments`
    are texts, or lists of them, as the table of actions has them.
    """

    action: Action
    stream: str
    targets: Sequence[tuple[str, str]]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    force: bool = False
    lasting: timedelta | None = None

    def check(self) -> None:
        """Raise UsageError where an argument is missing or is none of its choices, or an option does not fit."""
        check_arguments(self.action, self.arguments)
        check_options(self.action, force=self.force, lasting=self.lasting)


def requested_action(form: FormData) -> AskedAction:
    """Read a form; raise UsageError for what is not understood."""
    _refuse_what_is_no_text(form)
    action = ACTIONS.get(_text(form, "action"))
    if action is None or action.on is On.SCOPE:
        raise UsageError("choose an action; the page offers those on hosts, threats and alerts")
    return AskedAction(
        action,
        _text(form, "stream"),
        _targets(form),
        _arguments(form, action),
        comment_of(form),
        _text(form, "force") == "1",
        _duration(_text(form, "lasting")),
    )


def comment_of(form: FormData) -> str:
    """Return the comment of a form; raise UsageError for one that is too long."""
    _refuse_what_is_no_text(form)
    comment = _text(form, "comment")
    if len(comment) > _LONGEST_COMMENT:
        raise UsageError(f"the comment is longer than {_LONGEST_COMMENT} characters")
    return comment


def _refuse_what_is_no_text(form: FormData) -> None:
    for name, value in form.multi_items():
        if not isinstance(value, str):
            raise UsageError(f"{name}: a file was sent where a text is expected")
        if _SURROGATE.search(value):
            raise UsageError(f"{name}: not valid UTF-8")


def _text(form: FormData, name: str) -> str:
    return str(form.get(name) or "").strip()


def _targets(form: FormData) -> Sequence[tuple[str, str]]:
    found = []
    for value in form.getlist("target"):
        console, slash, identity = str(value).partition("/")
        if not (console and slash and identity):
            raise UsageError(f"{str(value)[:100]!r} is not a target; a target is CONSOLE/ID")
        found.append((console, identity))
    chosen = list(dict.fromkeys(found))
    if not chosen:
        raise UsageError("nothing is selected; select rows of the list first")
    if len(chosen) > MOST_TARGETS:
        raise UsageError(f"{len(chosen)} targets are selected, at most {MOST_TARGETS} are allowed at one time")
    return chosen


def _arguments(form: FormData, action: Action) -> Mapping[str, Any]:
    """Return the arguments that were filled in; of those with many values one is a line."""
    given: dict[str, Any] = {}
    for argument in action.arguments:
        texts = [str(value) for value in form.getlist(f"{ARGUMENT}{argument.name}")]
        if argument.many:
            given[argument.name] = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
        elif texts and texts[-1].strip():
            given[argument.name] = texts[-1].strip()
    return given


def _duration(text: str) -> timedelta | None:
    if not text:
        return None
    try:
        return parse_duration(text)
    except ValueError as problem:
        raise UsageError(f"the time after which it is ended: {problem}") from None

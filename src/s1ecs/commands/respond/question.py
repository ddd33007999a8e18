"""The question before an action, from the verb phrase in its row."""

from collections.abc import Mapping, Sequence
from typing import Any

from s1ecs.commands.respond.printing import named
from s1ecs.escaping import one_line
from s1ecs.respond.actions.action import Action
from s1ecs.respond.audit.journal import Target
from s1ecs.respond.plan.plan import Plan


def question_of(plan: Plan) -> str:
    """The question without its question mark, such as "Isolate WS-0018"."""
    return asked(plan.action, plan.arguments, _subject(plan.targets))


def asked(action: Action, arguments: Mapping[str, Any], target: str) -> str:
    """The question about a target that is told in words; arguments that were not given are left out."""
    given = {name: value for name, value in arguments.items() if value is not None}
    values: Mapping[str, Any] = {**dict.fromkeys((each.name for each in action.arguments), ""), **given}
    text = one_line(action.question.format_map({**values, "target": target}))
    return text[:1].upper() + text[1:]


def name_of(plan: Plan) -> str:
    """The name to type for a dangerous action: the computer name of the host, or its id where it has none."""
    return one_line(", ".join(target.name or target.id for target in plan.targets))


def _subject(targets: Sequence[Target]) -> str:
    names = [target.name or target.id if target.kind == "agent" else named(target) for target in targets]
    return names[0] if len(names) == 1 else f"{len(names)} hosts ({', '.join(names)})"

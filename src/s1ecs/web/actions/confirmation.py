"""Confirmation of a plan: the question, and the word to type where a button is not enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from s1ecs.escaping import one_line
from s1ecs.respond.actions.action import Action
from s1ecs.respond.audit.journal import Entry, Target
from s1ecs.respond.batches.planning import ManyPlans
from s1ecs.respond.plan.plan import Plan
from s1ecs.web.actions.offered import MOST_BY_BUTTON, asks_for_name, noun


@dataclass(frozen=True)
class Confirmation:
    """A question such as "Isolate WS-0018", and the word to type; "" where the button confirms."""

    question: str
    word: str = ""

    def is_given(self, text: str) -> bool:
        """Tell whether a text confirms: it is the word, in any case."""
        return not self.word or text.strip().casefold() == self.word.strip().casefold()


def confirmation_of(plan: Plan | ManyPlans) -> Confirmation:
    """Return the confirmation that a plan needs: the name of its host, or the number of its targets."""
    action = plan.action
    if isinstance(plan, Plan):
        name = one_line(", ".join(target.name or target.id for target in plan.targets))
        names = ", ".join(named(target) for target in plan.targets)
        return Confirmation(_question(action, plan.arguments, names), name if asks_for_name(action) else "")
    count = len(plan.plans)
    question = _question(action, plan.arguments, f"{count} {noun(action.on, count)}")
    return Confirmation(question, _number(action, count))


def confirmation_of_rest(action: Action, unsent: Sequence[Entry]) -> Confirmation:
    """Return the confirmation that sending the rest of a batch needs, which is as strict as at first."""
    count = len(unsent)
    return Confirmation(f"Send {action.name} to {count} {noun(action.on, count)}", _number(action, count))


def named(target: Target) -> str:
    """Return the name of a target for a question: the host's, or what the threat or alert is."""
    if target.kind == "agent":
        return target.name or target.id
    return f"{target.kind} {target.name or target.id}{f' on {target.host}' if target.host else ''}"


def _number(action: Action, count: int) -> str:
    return str(count) if asks_for_name(action) or count > MOST_BY_BUTTON else ""


def _question(action: Action, arguments: Mapping[str, Any], target: str) -> str:
    given = {name: value for name, value in arguments.items() if value is not None}
    values = {**dict.fromkeys((each.name for each in action.arguments), ""), **given}
    text = one_line(action.question.format_map({**values, "target": target}))
    return text[:1].upper() + text[1:]

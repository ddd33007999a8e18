"""Plan of faults: which rule strikes which request, by counting requests and strikes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from s1ecs.standin import invent
from s1ecs.standin.faults.asked import FaultRequest
from s1ecs.standin.faults.rule import FaultRule


@dataclass
class Counted:
    """A rule with how many requests it was about, and how many it struck.

    `refused` are the tokens that a not_authenticated refuses, with how often it did.
    """

    rule: FaultRule
    requests: int = 0
    struck: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        """Begin the rule's own randomness."""
        self.random = invent.source(self.rule.seed, "fault", self.rule.kind, self.rule.path)

    def wants(self, asked: FaultRequest) -> bool:
        """Count the request, and tell whether it is one to strike."""
        rule = self.rule
        if not rule.is_about(asked.path) or not _can_strike(rule, asked):
            return False
        self.requests += 1
        # Drawn for every request, so that what is struck does not hang on what else happened.
        chance = self.random.random()
        if rule.kind == "not_authenticated" and asked.token in self.refused:
            answers = rule.parameters["answers"]
            return answers is None or self.refused[asked.token] < answers
        # Of a 401 that lasts, the tokens are what counts.
        strikes = len(self.refused) if rule.kind == "not_authenticated" else self.struck
        if rule.at_most is not None and strikes >= rule.at_most:
            return False
        if rule.every is not None:
            return self.requests % rule.every == 0
        if rule.probability is not None:
            return chance < rule.probability
        return (rule.first or 1) <= self.requests and (rule.last is None or self.requests <= rule.last)


def _can_strike(rule: FaultRule, asked: FaultRequest) -> bool:
    match rule.does.needs:
        case "cursor":
            return asked.cursor is not None
        case "limit":
            return asked.limit > int(rule.parameters["limit"])
        case "nothing":
            return rule.kind != "not_authenticated" or bool(asked.token)


class FaultPlan:
    """The rules of now, and how often each kind struck since the console began."""

    def __init__(self, rules: Iterable[FaultRule] = ()) -> None:
        self._counted = [Counted(rule) for rule in rules]
        self._struck: Counter[str] = Counter()

    def replace(self, rules: Iterable[FaultRule]) -> None:
        """Put other rules in the place of those there are; the sums of each kind go on."""
        self._counted = [Counted(rule) for rule in rules]

    def wanted(self, asked: FaultRequest) -> list[Counted]:
        """Return the rules that want to strike the request, in their order. Every rule counts the request."""
        return [each for each in self._counted if each.wants(asked)]

    def strike(self, counted: Counted, asked: FaultRequest) -> None:
        """Count that the rule struck the request."""
        counted.struck += 1
        self._struck[counted.rule.kind] += 1
        if counted.rule.kind == "not_authenticated":
            counted.refused[asked.token] += 1

    def shown(self) -> dict[str, Any]:
        """Return the rules with their counts, and the sums by kind."""
        rules = [{**each.rule.shown(), "requests": each.requests, "struck": each.struck} for each in self._counted]
        return {"rules": rules, "struck": dict(sorted(self._struck.items()))}

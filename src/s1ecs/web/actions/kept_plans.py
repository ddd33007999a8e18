"""Plans that wait for their confirmation: for some minutes, for the person who made them, each to be used once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from s1ecs.errors import S1ecsError
from s1ecs.respond.batches.planning import ManyPlans
from s1ecs.respond.plan.plan import Plan
from s1ecs.web.actions.confirmation import Confirmation

KEPT_SECONDS = 10 * 60.0
MOST_PLANS, MOST_OF_A_USER = 500, 50


class PlanGone(S1ecsError):
    """A plan that was used, has expired, or is not there for another reason; nothing was sent."""


class PlanOfAnother(S1ecsError):
    """A plan that somebody else made; nothing was sent."""


@dataclass(frozen=True)
class KeptPlan:
    """A plan as it was shown: `requested` are the fields of the form that asked for it, to plan it again."""

    user: str
    console: str
    plan: Plan | ManyPlans = field(repr=False)
    confirmation: Confirmation
    stream: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)


class KeptPlans:
    """Plans by their keys; the oldest goes where there are too many. `seconds` is a steady clock."""

    def __init__(self, new_key: Callable[[], str], seconds: Callable[[], float]) -> None:
        self._new_key = new_key
        self._seconds = seconds
        self._kept: dict[str, tuple[float, KeptPlan]] = {}

    def keep(self, plan: KeptPlan) -> str:
        """Keep a plan; return its key, which nobody can guess."""
        self._drop_old()
        own = [key for key, (_, each) in self._kept.items() if each.user == plan.user]
        for key in own[: max(len(own) - MOST_OF_A_USER + 1, 0)]:
            del self._kept[key]
        while len(self._kept) >= MOST_PLANS:
            del self._kept[next(iter(self._kept))]
        key = self._new_key()
        self._kept[key] = (self._seconds(), plan)
        return key

    def look(self, key: str, user: str) -> KeptPlan:
        """Return a plan, which stays; raise PlanGone, or PlanOfAnother where this user did not make it."""
        self._drop_old()
        if key not in self._kept:
            raise PlanGone(
                "This plan is no longer there: it was used, or it is older than "
                f"{KEPT_SECONDS / 60:g} minutes. Nothing was sent; plan the action again."
            )
        _, plan = self._kept[key]
        if plan.user != user:
            raise PlanOfAnother("Somebody else made this plan. Nothing was sent; plan the action yourself.")
        return plan

    def take(self, key: str, user: str) -> KeptPlan:
        """Return a plan and forget it; raise as `look` does."""
        plan = self.look(key, user)
        del self._kept[key]
        return plan

    def _drop_old(self) -> None:
        oldest = self._seconds() - KEPT_SECONDS
        self._kept = {key: each for key, each in self._kept.items() if each[0] > oldest}

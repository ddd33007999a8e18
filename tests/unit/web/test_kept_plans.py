from itertools import count
from typing import Any, cast

import pytest

from s1ecs.web.actions.confirmation import Confirmation
from s1ecs.web.actions.kept_plans import (
    KEPT_SECONDS,
    MOST_OF_A_USER,
    MOST_PLANS,
    KeptPlan,
    KeptPlans,
    PlanGone,
    PlanOfAnother,
)


class Clock:
    """A steady clock that moves when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    """A clock at its beginning."""
    return Clock()


@pytest.fixture
def plans(clock: Clock) -> KeptPlans:
    """An empty place for plans, with keys that count."""
    numbers = count()
    return KeptPlans(lambda: f"key-{next(numbers)}", clock)


def plan_of(user: str) -> KeptPlan:
    """Make a plan of a user; what it does is no matter here."""
    return KeptPlan(user, "default", cast("Any", None), Confirmation("Scan WS-1"))


def test_a_plan_is_taken_once(plans: KeptPlans) -> None:
    """Looking leaves it there; taking does not."""
    plan = plan_of("ada")
    key = plans.keep(plan)
    assert plans.look(key, "ada") is plan
    assert plans.take(key, "ada") is plan
    with pytest.raises(PlanGone, match="Nothing was sent"):
        plans.take(key, "ada")


def test_a_plan_of_another(plans: KeptPlans) -> None:
    """Who did not make it can neither see nor take it, and it stays."""
    key = plans.keep(plan_of("ada"))
    with pytest.raises(PlanOfAnother):
        plans.take(key, "bob")
    assert plans.take(key, "ada").user == "ada"


def test_a_plan_expires(plans: KeptPlans, clock: Clock) -> None:
    """It is there for its time and not longer."""
    key = plans.keep(plan_of("ada"))
    clock.seconds = KEPT_SECONDS - 1
    assert plans.look(key, "ada").user == "ada"
    clock.seconds = KEPT_SECONDS
    with pytest.raises(PlanGone):
        plans.look(key, "ada")


def test_a_user_drops_own_plans_only(plans: KeptPlans) -> None:
    """Who makes too many loses the oldest of the own ones."""
    of_bob = plans.keep(plan_of("bob"))
    keys = [plans.keep(plan_of("ada")) for _ in range(MOST_OF_A_USER + 1)]
    with pytest.raises(PlanGone):
        plans.look(keys[0], "ada")
    assert plans.look(keys[1], "ada").user == "ada"
    assert plans.look(of_bob, "bob").user == "bob"


def test_all_plans_are_bounded(plans: KeptPlans) -> None:
    """However many people there are, no more plans are kept than the bound."""
    keys = [plans.keep(plan_of(f"user {number}")) for number in range(MOST_PLANS + 1)]
    with pytest.raises(PlanGone):
        plans.look(keys[0], "user 0")
    assert plans.look(keys[1], "user 1").user == "user 1"
    assert plans.look(keys[-1], f"user {MOST_PLANS}").user == f"user {MOST_PLANS}"

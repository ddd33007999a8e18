"""A plan as its page shows it: a line for each target, what it is done with, and every request."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from s1ecs.respond.audit.json_safe import plain
from s1ecs.respond.batches.planning import ManyPlans
from s1ecs.respond.plan.plan import Plan
from s1ecs.respond.run.refuse import why
from s1ecs.web.actions.confirmation import named
from s1ecs.web.actions.kept_plans import KeptPlan


@dataclass(frozen=True)
class PlannedTarget:
    """A target with what the console says of it, and the requests that would be sent for it as JSON."""

    name: str
    id: str
    told: Sequence[tuple[str, str]]
    requests: Sequence[str]


@dataclass(frozen=True)
class PlanView:
    """All targets of a plan; `refused` are pairs of a target and why nothing is sent for it."""

    targets: Sequence[PlannedTarget]
    arguments: Sequence[str]
    refused: Sequence[tuple[str, str]] = ()
    repeated: int = 0


def plan_view(kept: KeptPlan) -> PlanView:
    """Return what a plan would do."""
    plan = kept.plan
    if isinstance(plan, Plan):
        return PlanView([_target(plan)], _arguments(plan))
    refused = [(each.target, why(plan.action, each.error, kept.console)) for each in plan.refused]
    return PlanView(list(map(_target, plan.plans)), _first_arguments(plan), refused, plan.repeated)


def _target(plan: Plan) -> PlannedTarget:
    name = ", ".join(map(named, plan.targets))
    identity = ", ".join(target.id for target in plan.targets)
    requests = [orjson.dumps(plain(request.shown), option=orjson.OPT_INDENT_2).decode() for request in plan.requests]
    return PlannedTarget(name, identity, plan.described, requests)


def _first_arguments(many: ManyPlans) -> Sequence[str]:
    return _arguments(many.plans[0]) if many.plans else []


def _arguments(plan: Plan) -> Sequence[str]:
    body = plan.requests[0].shown["body"]
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        return [f"{name}: {value}" for name, value in plan.arguments.items() if value]
    return [f"{key}: {value}" for key, value in data.items() if value not in ("", None)]

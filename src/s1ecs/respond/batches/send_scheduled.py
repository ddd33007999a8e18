"""Sending a scheduled action, in this process or another than the one that scheduled it."""

from dataclasses import replace

from s1ecs.errors import ActionRefused, NotAdmitted
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.plan.plan import PlanRefused, make_plan
from s1ecs.respond.run.engine import Sent, send_plan
from s1ecs.respond.run.intent import intent_of
from s1ecs.respond.run.refuse import refuse
from s1ecs.respond.run.result import Result
from s1ecs.respond.session import ActionConsole


async def send_scheduled(console: ActionConsole, entry: Entry) -> Sent | Result:
    """Plan a scheduled action as things are now, and send it; a refusal is written down, and is a result.

    Raises ConsoleError types and NotAdmitted where the console can't be asked: it stays scheduled; ActionTaken where
    another process was faster.
    """
    intent, action = intent_of(entry), ACTIONS[entry.action]
    target = entry.targets[0].id
    try:
        plan = await make_plan(
            console,
            action,
            target,
            intent.arguments,
            comment=entry.comment,
            id=entry.id,
            force=intent.force,
            noted=intent.noted,
            lasting=intent.lasting,
        )
    except NotAdmitted:
        raise
    except ActionRefused as error:
        return await refuse(
            console,
            action,
            entry.id,
            error if isinstance(error, PlanRefused) else PlanRefused(str(error), entry.targets),
            target=target,
            arguments=intent.arguments,
            comment=entry.comment,
            noted=intent.noted,
        )
    return await send_plan(console, replace(plan, described=()))

"""Planning one action on many targets: each is looked up on its own, and none can bring in another."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from s1ecs.errors import ActionRefused, ConsoleError, Unauthorized
from s1ecs.respond.actions.action import Action
from s1ecs.respond.plan.plan import Plan, make_plan
from s1ecs.respond.run.intent import BATCH
from s1ecs.respond.session import ActionConsole
from s1ecs.tasks import side_by_side

# So many are looked up at one time; the limits of the console hold for all together.
_AT_ONCE = 100


@dataclass(frozen=True)
class NotPlanned:
    """A target that can't be acted on, as it was typed, and why; `id` is that of its action."""

    id: str
    target: str
    error: ActionRefused | ConsoleError


@dataclass(frozen=True)
class ManyPlans:
    """An action on many targets: `plans` in the order of the targets, each of its own target.

    `id` is that of the batch; `repeated` counts the targets that name what another one names, too.
    """

    id: str
    action: Action
    arguments: Mapping[str, Any]
    comment: str
    plans: tuple[Plan, ...]
    refused: tuple[NotPlanned, ...]
    repeated: int = 0


async def plan_many(
    console: ActionConsole,
    action: Action,
    targets: Sequence[str],
    arguments: Mapping[str, Any],
    *,
    comment: str = "",
    force: bool = False,
    lasting: timedelta | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> ManyPlans:
    """Plan the action on each target; nothing is changed by it.

    Raises UsageError for a word that is none of the choices, ConsoleError types where the console can't be asked at
    all.
    """
    batch = console.around.new_id()
    room = asyncio.Semaphore(_AT_ONCE)
    done = 0

    async def one(target: str) -> Plan | NotPlanned:
        nonlocal done
        identity = console.around.new_id()
        async with room:
            try:
                return await make_plan(
                    console,
                    action,
                    target,
                    arguments,
                    comment=comment,
                    id=identity,
                    force=force,
                    noted={BATCH: batch},
                    lasting=lasting,
                )
            except ActionRefused as error:
                return NotPlanned(identity, target, error)
            except ConsoleError as error:
                if error.transient or isinstance(error, Unauthorized):
                    raise
                return NotPlanned(identity, target, error)
            finally:
                done += 1
                tell(f"{done} of {len(targets)} looked up")

    with console.batching():
        made = await side_by_side(one(target) for target in targets)
    plans: dict[str, Plan] = {}
    for each in made:
        if isinstance(each, Plan):
            plans.setdefault(each.targets[0].id, each)
    refused = tuple(each for each in made if isinstance(each, NotPlanned))
    repeated = len(made) - len(refused) - len(plans)
    return ManyPlans(batch, action, arguments, comment, tuple(plans.values()), refused, repeated)

"""The Python function that acts on many targets."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.batches.carry_out import carry_out_many
from s1ecs.respond.batches.planning import plan_many
from s1ecs.respond.run.engine import Following
from s1ecs.respond.run.result import Result, was_shown
from s1ecs.respond.session import ActionConsole


async def many(
    console: ActionConsole,
    action: str,
    targets: Sequence[str],
    arguments: Mapping[str, Any] = MappingProxyType({}),
    *,
    comment: str = "",
    following: Following | None = None,
    force: bool = False,
) -> list[Result]:
    """Do an action of the table, by its name as typed, on several hosts, threats or alerts; each has a result.

    `arguments` are by their names in the table; a target that is named twice is acted on once. Each target has a
    request of its own, and all are written down before the first is sent. Raises UsageError for a word that is none of
    the choices, ConsoleError types where the console can't be asked, StateError where the actions can't be written
    down.
    """

    async def shown(result: Result) -> None:
        await was_shown(await console.journal(), result)

    plans = await plan_many(console, ACTIONS[action], targets, arguments, comment=comment, force=force)
    return [*await carry_out_many(console, plans, following or Following(), shown)]

"""The end of a complete walk: what it did not see is gone, unless that is suspiciously much of an inventory.

A console in trouble, or a token that lost a part of its scope, answers with a shorter list and no error. So a walk that
would mark more than a share of the entities as gone marks none; only what a second complete walk in a row does not see
either is gone.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from s1ecs.state.inventory_rounds import RoundDoubt, Rounds

# Of fewer any share may go: small inventories are cleared in one go.
_LEAST = 100

# When a walk in doubt is repeated: soon enough to be of use, late enough for a console to recover.
REPEATED_AFTER = timedelta(hours=1)

# Counts things by the round in which they were seen last, from the first number up to, but not including, the second.
CountEntities = Callable[[int, int], Awaitable[int]]


def is_suspicious(known: int, unseen: int, share: float) -> bool:
    """Return True if too many of the known entities were not seen to be believed at once."""
    return known >= _LEAST and unseen > share * known


async def rounds_after(walked: int, before: Rounds, *, known: int, share: float, count: CountEntities) -> Rounds:
    """The rounds once the walk of round `walked` saw all it could; `known` things were there when it began."""
    unseen = await count(before.completed, walked)
    if not is_suspicious(known, unseen, share):
        return Rounds(walked)
    if before.doubt is None:
        return Rounds(before.completed, RoundDoubt(walked, known, unseen))
    # What neither walk saw is gone. What only the earlier one saw is judged as after a first walk.
    confirmed = before.doubt.walked
    left = known - await count(before.completed, confirmed)
    unseen = await count(confirmed, walked)
    if is_suspicious(left, unseen, share):
        return Rounds(confirmed, RoundDoubt(walked, left, unseen))
    return Rounds(walked)

"""Expiry of a console's token, requested again a few times a day."""

from collections.abc import Callable
from datetime import datetime, timedelta

from s1ecs.sentinelone.access import token_expiry
from s1ecs.sentinelone.client import Client
from s1ecs.state.heartbeats import Heartbeats, TokenExpiry

TOKENS_EVERY = timedelta(hours=6)
# After a failure.
TOKENS_AGAIN = timedelta(minutes=10)


async def current_expiry(
    console: str, client: Client, heartbeats: Heartbeats, known: TokenExpiry | None, clock: Callable[[], datetime]
) -> TokenExpiry:
    """Return what is known of a token; where that is old, or of the future, request it and save it.

    A process that is started again and again does not request it each time.
    """
    if known is not None and timedelta(0) <= clock() - known.learned < TOKENS_EVERY:
        return known
    token = TokenExpiry(await token_expiry(client), clock())
    await heartbeats.save_token(console, token)
    return token

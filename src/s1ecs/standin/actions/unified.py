"""POST /unifiedalerts/graphql: the list of unified alerts, and the mutations that change them."""

from s1ecs.standin.console import Asked, Console


def is_mutation(_body: bytes) -> bool:
    """Whether the body asks for a change."""
    return False


async def graphql(console: Console, asked: Asked) -> bytes:
    """POST /unifiedalerts/graphql."""
    return console.unified_alerts.graphql(await asked.request.body())

"""Requests that the console refused because of what they name."""

from s1ecs.errors import ConsoleError, NotFound, Refused


def is_unknown(error: ConsoleError) -> bool:
    """Return True if the console refused a request because of what it names, such as an id."""
    return isinstance(error, NotFound | Refused) and error.problem.status in {400, 404}

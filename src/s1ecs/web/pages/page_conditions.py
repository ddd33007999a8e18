"""Conditions of a list from a request: its address, and the consoles that its user may see."""

from collections.abc import Sequence

from fastapi import Request

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.errors import UsageError
from s1ecs.web.access.roles import user_of
from s1ecs.web.context import WebContext
from s1ecs.web.questions.conditions import Conditions, conditions_of
from s1ecs.web.questions.list_view import LIST_VIEWS, ListView
from s1ecs.web.rendering import state_of
from s1ecs.web.view_state import NOT, ViewState


def refuse_unknown(request: Request, known: Sequence[str]) -> None:
    """Raise UsageError for a parameter that is not among those of a page."""
    unknown = [name for name, _ in state_of(request).parameters if name not in known]
    if unknown:
        raise UsageError(f"{unknown[0]!r} is not a parameter here; there are: {', '.join(known)}")


def requested(
    request: Request, view: ListView, context: WebContext, *, lenient: bool = False, but: frozenset[str] = frozenset()
) -> Conditions:
    """Read the conditions of a list; raise UsageError for what is not understood.

    Parameters named in `but` are none of them.
    """
    state = state_of(request)
    filters = ViewState(state.path, [each for each in state.parameters if each[0] not in but])
    return conditions_of(
        filters, view, store_tables()[view.stream], context.now(), user_of(request).visible, lenient=lenient
    )


def requested_everywhere(request: Request, context: WebContext) -> dict[str, Conditions]:
    """Read the conditions of every list from one address; filters of columns that a stream lacks are ignored there.

    Raise UsageError for a parameter that no list understands.
    """
    lists = {view.stream: requested(request, view, context, lenient=True) for view in LIST_VIEWS}
    for name, _ in state_of(request).parameters:
        if all(name.removeprefix(NOT) in each.ignored for each in lists.values()):
            raise UsageError(f"{name!r} is not a filter; use the name of a column, such as severity, host or rule")
    return lists

"""Agents by site and group, shown on the page of groups below the list."""

import sqlite3

from fastapi import Request

from s1ecs.bootstrap.store_tables import store_tables
from s1ecs.web.context import WebContext
from s1ecs.web.pages.page_conditions import requested
from s1ecs.web.questions.list_view import BY_STREAM
from s1ecs.web.questions.summaries import AgentsOf, agents_by_group
from s1ecs.web.rendering import state_of
from s1ecs.web.view_state import EVERYWHERE, NOT, ViewState

MOST_GROUPS_OF_AGENTS = 100


async def agents_of_groups(request: Request, context: WebContext) -> list[AgentsOf]:
    """Count the agents of sites and groups; filters of the list that agents lack are ignored."""
    agents = requested(request, BY_STREAM["agent"], context, lenient=True)

    def ask(connection: sqlite3.Connection) -> list[AgentsOf]:
        return agents_by_group(connection, agents, MOST_GROUPS_OF_AGENTS)

    return await context.store.ask(ask)


def agents_state(request: Request) -> ViewState:
    """Return the list of the agents that are counted: with those filters of the list of groups that agents have."""
    columns = {name for name, _ in store_tables()["agent"].columns}
    kept = [
        each
        for each in state_of(request).parameters
        if each[0] in {*EVERYWHERE, "q", "gone"} or each[0].removeprefix(NOT) in {*columns, "console", "id"}
    ]
    return ViewState(BY_STREAM["agent"].path, kept)

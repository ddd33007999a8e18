"""Agents by site and group, shown on the page of groups below the list."""

import sqlite3

from fastapi import Request

from s1ecs.web.context import WebContext
from s1ecs.web.pages.page_conditions import requested
from s1ecs.web.questions.list_view import BY_STREAM
from s1ecs.web.questions.summaries import AgentsOf, agents_by_group

MOST_GROUPS_OF_AGENTS = 100


async def agents_of_groups(request: Request, context: WebContext) -> list[AgentsOf]:
    """Count the agents of sites and groups; filters of the list that agents lack are ignored."""
    agents = requested(request, BY_STREAM["agent"], context, lenient=True)

    def ask(connection: sqlite3.Connection) -> list[AgentsOf]:
        return agents_by_group(connection, agents, MOST_GROUPS_OF_AGENTS)

    return await context.store.ask(ask)

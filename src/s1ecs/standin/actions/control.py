"""Endpoint for tests of response actions, which no console has: /_standin/actions.

POST puts controls in the place of those before; its body's keys are the fields of Controls. GET shows the controls and
every acting request received since the start or the last DELETE, which empties that list and ends all controls.
"""

from collections.abc import Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from s1ecs.standin.action_state import controls
from s1ecs.standin.action_state.controls import Controls
from s1ecs.standin.actions import script_output
from s1ecs.standin.actions.reaching import follow_controls
from s1ecs.standin.console import StandinConsole


def routes(console: StandinConsole, catch_up: Callable[[], None]) -> list[Route]:
    """Return the routes, that of the results of scripts too; `catch_up` lets happen what was to happen until now."""

    async def control(request: Request) -> Response:
        catch_up()
        actions = console.actions
        if request.method == "POST":
            actions.controls = controls.read(await request.body())
            follow_controls(console)
        elif request.method == "DELETE":
            actions.controls = Controls()
            actions.log.requests.clear()
            follow_controls(console)
        shown = {"controls": actions.controls.shown(), **actions.log.shown()}
        return Response(orjson.dumps(shown), media_type="application/json")

    return [
        Route("/_standin/actions", control, methods=["GET", "POST", "DELETE"]),
        Route(script_output.RESULTS, script_output.download(console)),
    ]

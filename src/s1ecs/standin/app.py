"""The stand-in console as an application: its paths, and what a request must pass before it is answered."""

import time
from collections.abc import Callable, Sequence
from email.utils import format_datetime
from functools import partial

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from s1ecs.standin import console as answers
from s1ecs.standin import strict, tenancy, tokens
from s1ecs.standin.action_state.state import actions
from s1ecs.standin.actions import control, serving
from s1ecs.standin.actions.endpoints import ENDPOINTS as ACTIONS
from s1ecs.standin.application_list import ApplicationList
from s1ecs.standin.below_threats import EVENTS_OF_THREAT, THREAT_TIMELINE
from s1ecs.standin.clock import StandinClock
from s1ecs.standin.console import ConsoleRequest, StandinConsole, StandinResponse
from s1ecs.standin.endpoint import Endpoint
from s1ecs.standin.growth.endpoints import routes as growth_routes
from s1ecs.standin.growth.growth import Growth
from s1ecs.standin.installations import Installations
from s1ecs.standin.limits import Buckets
from s1ecs.standin.lists import lists
from s1ecs.standin.organisation import Organisation
from s1ecs.standin.parameters.activities import ACTIVITIES
from s1ecs.standin.parameters.agents import AGENTS, AGENTS_COUNT
from s1ecs.standin.parameters.alerts import ALERTS
from s1ecs.standin.parameters.applications import INSTALLATIONS, INVENTORY, RISKS
from s1ecs.standin.parameters.groups import GROUPS
from s1ecs.standin.parameters.parameter import NONE
from s1ecs.standin.parameters.threats import THREAT_EVENTS, THREATS, TIMELINE
from s1ecs.standin.parameters.user import USER
from s1ecs.standin.refusal import (
    Refusal,
    answer_refusal,
    not_authenticated,
    not_permitted,
    too_many_requests,
)
from s1ecs.standin.unified_alert_list import UnifiedAlertList

_PREFIX = "/web/api/v2.1"
# A page of 1000 alerts shrinks to a tenth even so, in a fraction of the time of the default.
_GZIP_LEVEL = 1


ENDPOINTS = (
    Endpoint("GET", "/system/status", "nothing", NONE, answers.system_status),
    Endpoint("GET", "/system/info", "token", NONE, answers.system_info),
    Endpoint("GET", "/user", "token", USER, answers.user),
    Endpoint("POST", "/users/api-token-details", "token", NONE, answers.token_details),
    Endpoint("GET", "/users/{user_id}/api-token-details", "token", NONE, answers.token_details_of_user),
    Endpoint("GET", "/activities", "Activity", ACTIVITIES, answers.of_list("activity")),
    Endpoint("GET", "/agents", "Endpoints", AGENTS, answers.of_list("agent")),
    Endpoint("GET", "/agents/count", "Endpoints", AGENTS_COUNT, answers.agents_count),
    Endpoint("GET", "/groups", "Groups", GROUPS, answers.of_list("group")),
    Endpoint("GET", "/accounts", "token", tenancy.ACCOUNTS, tenancy.accounts),
    Endpoint("GET", "/sites", "token", tenancy.SITES, tenancy.sites),
    Endpoint("GET", "/threats", "Threats", THREATS, answers.of_list("threat")),
    Endpoint("GET", "/threats/{threat_id}/timeline", "Threats", TIMELINE, THREAT_TIMELINE),
    Endpoint("GET", "/threats/{threat_id}/explore/events", "Threats", THREAT_EVENTS, EVENTS_OF_THREAT),
    Endpoint("GET", "/cloud-detection/alerts", "STAR Rule Alerts", ALERTS, answers.of_list("alert"), of_star=True),
    Endpoint("GET", "/application-management/inventory", "Applications", INVENTORY, answers.inventory),
    Endpoint(
        "GET", "/application-management/inventory/endpoints", "Applications", INSTALLATIONS, answers.installations
    ),
    Endpoint("GET", "/application-management/risks", "Applications risks", RISKS, answers.of_list("application_risk")),
    *ACTIONS,
)


def build(
    organisation: Organisation,
    *,
    clock: StandinClock,
    alerts: int = 5000,
    rate: float | None = None,
    growth: float = 0.0,
    star: bool = True,
    monotonic: Callable[[], float] = time.monotonic,
    middleware: Sequence[Middleware] = (),
) -> Starlette:
    """Build the console of that organisation, with `alerts` alerts before its `now` and `rate` a minute after it.

    `clock` is the console's own; `monotonic` measures the rate limits. `middleware` stands around the answers, inside
    of compression and the Date header. Without `star` there is no path of the alerts. `growth` is how many changes
    there are in a minute, in all streams; what makes them is the application's `state.growth`.
    """
    installations = Installations(organisation)
    console = StandinConsole(
        organisation=organisation,
        lists=lists(organisation, clock, installations, alerts=alerts, rate=rate),
        applications=ApplicationList(installations),
        unified_alerts=UnifiedAlertList(organisation),
        installations=installations,
        incidents=dict(organisation.incidents),
        actions=actions(clock),
    )
    grown = Growth(console, clock, growth)
    buckets = Buckets(monotonic)
    # What no console has stands outside of the API, and outside of its limits.
    counts = Route("/_standin/counts", partial(_unlimited, console, grown, answers.counts))
    app = Starlette(
        routes=[
            counts,
            *growth_routes(console, grown),
            *control.routes(console, grown.catch_up),
            *(
                Route(
                    _PREFIX + each.path,
                    serving.kept(console, each, partial(_handle, console, grown, buckets, each)),
                    methods=[each.method],
                )
                for each in ENDPOINTS
                if star or not each.of_star
            ),
        ],
        middleware=[
            Middleware(ConsoleDate, clock=clock),
            Middleware(GZipMiddleware, compresslevel=_GZIP_LEVEL),
            *middleware,
        ],
        exception_handlers={Refusal: answer_refusal, HTTPException: answer_refusal},
    )
    app.router.redirect_slashes = False
    app.state.growth = grown
    return app


class ConsoleDate:
    """Puts the console's clock into the Date header of every answer."""

    def __init__(self, app: ASGIApp, clock: StandinClock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application behind does, dated."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["date"] = format_datetime(self._clock(), usegmt=True)
            await send(message)

        await self._app(scope, receive, dated)


async def _unlimited(console: StandinConsole, growth: Growth, answer: StandinResponse, request: Request) -> Response:
    growth.catch_up()
    return _response(await answer(console, ConsoleRequest(tokens.find(""), {}, request)))


async def _handle(
    console: StandinConsole, growth: Growth, buckets: Buckets, endpoint: Endpoint, request: Request
) -> Response:
    """Refuse the request as a console does (401, 429, 403, 400, in this order), or answer it."""
    value = _token(request, endpoint.schemes)
    token = tokens.find(value or "")
    if endpoint.needs != "nothing" and (value is None or not token.is_good):
        raise not_authenticated()
    # A path without a token is limited by the address that asks.
    address = request.client.host if request.client else ""
    caller = f"address {address}" if endpoint.needs == "nothing" else f"token {value}"
    if seconds := buckets.wait(caller, endpoint.path):
        raise too_many_requests(seconds)
    if endpoint.needs in token.lacks:
        raise not_permitted()
    given = strict.read(endpoint.parameters, request.query_params.multi_items())
    growth.catch_up()
    return _response(await endpoint.answer(console, ConsoleRequest(token, given, request)))


def _token(request: Request, schemes: tuple[str, ...]) -> str | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value if scheme in schemes and value else None


def _response(answer: bytes | Response) -> Response:
    return Response(answer, media_type="application/json") if isinstance(answer, bytes) else answer

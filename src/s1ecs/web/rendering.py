"""Templates, and what all of them can use: addresses below the prefix, words for values, times."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse

from s1ecs import __version__
from s1ecs.monitor.stream_status import short_duration
from s1ecs.settings.output_types import output_name
from s1ecs.web.drawing.colours import value_class
from s1ecs.web.questions.list_view import LIST_VIEWS, severity_word
from s1ecs.web.questions.time_range import CHOICES
from s1ecs.web.shown_values import parameter, shown, values_in
from s1ecs.web.view_state import ViewState

# Path and heading of what the navigation leads to, in its order.
NAVIGATION = (
    ("/", "Overview"),
    ("/alerts", "Alerts"),
    ("/unified-alerts", "Unified alerts"),
    ("/threats", "Threats"),
    ("/hosts", "Hosts"),
    ("/vulnerabilities", "Vulnerabilities"),
    ("/applications", "Applications"),
    ("/activity", "Activity"),
    ("/groups", "Groups and sites"),
    ("/actions", "Actions"),
    ("/collection", "Collection"),
)


def state_of(request: Request) -> ViewState:
    """Return the state of the view that was requested, without the prefix."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", "")) or "/"
    return ViewState(path, request.query_params.multi_items())


class Pages:
    """Renders templates for a request."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._environment = jinja2.Environment(
            loader=jinja2.PackageLoader("s1ecs.web"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            version=__version__, navigation=NAVIGATION, ranges=CHOICES, lists={view.stream: view for view in LIST_VIEWS}
        )
        self._environment.filters.update(
            shown=shown,
            values_in=values_in,
            parameter=parameter,
            value_class=value_class,
            severity_word=severity_word,
            duration=short_duration,
            output_name=lambda output: output_name(output.type, output.values),
            grouped=lambda number: f"{number:,}",
        )

    def render(self, request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Render a template of a page, or of a part of one."""
        return HTMLResponse(
            self._environment.get_template(template).render({**self._shared(request), **values}), status
        )

    def _shared(self, request: Request) -> Mapping[str, Any]:
        prefix = request.scope.get("root_path", "")
        now, state = self._now(), state_of(request)
        return {
            "url": lambda state: f"{prefix}{state}",
            "state": state,
            "here": state.path,
            "user": getattr(request.state, "user", None),
            "csrf": getattr(request.state, "csrf", ""),
            # The desk of response actions, where the server has one: templates ask it what to offer.
            "acting": getattr(request.app.state, "acting", None),
            "now": now,
            "ago": lambda time: _ago(time, now),
            "ViewState": ViewState,
        }


def _ago(time: str | None, now: datetime) -> str:
    """Return how long ago a time of a document was, `3h12m ago`; "" where it is not a time."""
    if not time:
        return ""
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return ""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    past = now - moment
    return f"in {short_duration(-past)}" if past.total_seconds() < 0 else f"{short_duration(past)} ago"

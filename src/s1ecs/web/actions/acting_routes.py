"""Routes that act: a form becomes a plan, a confirmed plan becomes a task."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from s1ecs.errors import UsageError
from s1ecs.respond.plan.plan import Plan
from s1ecs.web.access.page_user import PageUser
from s1ecs.web.actions.chosen_targets import chosen_targets
from s1ecs.web.actions.desk import ResponseDesk
from s1ecs.web.actions.form_fields import ARGUMENT, AskedAction, comment_of, requested_action
from s1ecs.web.actions.kept_plans import KeptPlan, PlanGone, PlanOfAnother
from s1ecs.web.actions.offered import OfferedAction
from s1ecs.web.actions.permission import require_permission, require_responder
from s1ecs.web.actions.plan_view import plan_view
from s1ecs.web.actions.running import RunningAction
from s1ecs.web.actions.running_actions import action_path, batch_path
from s1ecs.web.context import WebContext
from s1ecs.web.rendering import Pages


def acting_routes(context: WebContext, pages: Pages, desk: ResponseDesk) -> APIRouter:
    """Return the routes POST /respond/plan and POST /respond/do."""
    router = APIRouter(prefix="/respond", include_in_schema=False)
    handlers = _ActingHandlers(context, pages, desk)
    router.add_api_route("/plan", handlers.plan, methods=["POST"])
    router.add_api_route("/do", handlers.do, methods=["POST"])
    return router


class _ActingHandlers:
    """Handlers of forms that act."""

    def __init__(self, context: WebContext, pages: Pages, desk: ResponseDesk) -> None:
        self._context = context
        self._pages = pages
        self._desk = desk

    async def plan(self, request: Request) -> Response:
        user = require_responder(request, self._desk)
        requested = requested_action(await request.form())
        console = _one_console(requested, user, self._desk)
        try:
            requested.check()
        except UsageError as problem:
            return self._ask_for_arguments(request, requested, problem)
        targets = await chosen_targets(self._context.store, requested)
        planned = await self._desk.plan(user, console, targets, requested)
        if planned.refused:
            return redirect(request, action_path(planned.refused))
        kept = self._desk.plans.look(planned.key, user.name)
        if not isinstance(kept.plan, Plan) and not kept.plan.plans:
            # Nothing is left to confirm; the refusals are written down, as on the command line.
            self._desk.plans.take(planned.key, user.name)
            return redirect(request, _path_of(self._desk.start(user, kept, requested.comment)))
        return self._show_plan(request, planned.key, kept)

    async def do(self, request: Request) -> Response:
        user = require_responder(request, self._desk)
        form = await request.form()
        key, comment = str(form.get("plan") or ""), comment_of(form)
        try:
            kept = self._desk.plans.look(key, user.name)
        except PlanOfAnother as error:
            raise HTTPException(403, str(error)) from None
        except PlanGone as error:
            raise HTTPException(409, str(error)) from None
        # The token may have gone, or the role, since the plan was made.
        require_permission(user, kept.console, self._desk)
        confirmation = str(form.get("confirmation") or "")
        if not kept.confirmation.is_given(confirmation):
            return self._show_plan(request, key, kept, typed=confirmation, comment=comment)
        running = self._desk.start(user, kept, comment)
        self._desk.plans.take(key, user.name)
        return redirect(request, _path_of(running))

    def _ask_for_arguments(self, request: Request, requested: AskedAction, problem: UsageError) -> Response:
        offered = OfferedAction(requested.action)
        is_new = not offered.is_direct and not any(requested.arguments.values())
        return self._pages.render(
            request,
            "arguments.html",
            status=200 if is_new else 400,
            offered=offered,
            requested=requested,
            problem="" if is_new else str(problem),
        )

    def _show_plan(
        self, request: Request, key: str, kept: KeptPlan, *, typed: str | None = None, comment: str = ""
    ) -> Response:
        problem = ""
        if typed is not None:
            problem = f"{typed[:80]!r} is not {kept.confirmation.word!r}. Nothing was sent."
        return self._pages.render(
            request,
            "plan.html",
            status=200 if typed is None else 400,
            key=key,
            kept=kept,
            plan=plan_view(kept),
            comment=comment or kept.plan.comment,
            problem=problem,
            hidden=_hidden(kept),
            offered=OfferedAction(kept.plan.action),
        )


def redirect(request: Request, path: str) -> Response:
    """Lead to another page below the prefix, by GET."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}{path}", 303)


def _path_of(running: RunningAction) -> str:
    return batch_path(running.id) if running.is_batch else action_path(running.id)


def _one_console(requested: AskedAction, user: PageUser, desk: ResponseDesk) -> str:
    """Return the console of the targets; raise HTTPException 403, or UsageError where they are of several."""
    consoles = list(dict.fromkeys(console for console, _ in requested.targets))
    for console in consoles:
        require_permission(user, console, desk)
    if len(consoles) > 1:
        raise UsageError(
            f"the selection has targets on several consoles ({', '.join(consoles)}); an action is for one console: "
            "filter the list by console, then select again"
        )
    return consoles[0]


def _hidden(kept: KeptPlan) -> Sequence[tuple[str, str]]:
    """Return the fields that ask for the same plan again, with other options."""
    plans = [kept.plan] if isinstance(kept.plan, Plan) else kept.plan.plans
    targets = [target.id for plan in plans for target in plan.targets]
    return [
        ("stream", kept.stream),
        ("action", kept.plan.action.name),
        *(("target", f"{kept.console}/{each}") for each in targets),
        *argument_fields(kept.arguments),
    ]


def argument_fields(arguments: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """Return arguments as fields of a form."""
    found = []
    for name, value in arguments.items():
        if value is not None and value != []:
            found.append((f"{ARGUMENT}{name}", "\n".join(value) if isinstance(value, list) else str(value)))
    return found

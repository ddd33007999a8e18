"""Permission to act, checked before anything of a request is read."""

from fastapi import Request
from starlette.exceptions import HTTPException

from s1ecs.web.access.page_user import PageUser
from s1ecs.web.access.roles import user_of
from s1ecs.web.actions.desk import ResponseDesk


def require_responder(request: Request, desk: ResponseDesk) -> PageUser:
    """Return the person; raise HTTPException 403 for one who may act on no console."""
    user = user_of(request)
    if not desk.may_act_anywhere(user):
        raise HTTPException(403, _why(user))
    return user


def require_permission(user: PageUser, console: str, desk: ResponseDesk) -> None:
    """Raise HTTPException 403 where the person may not act on this console, or it takes no actions."""
    if not user.may_respond(console):
        raise HTTPException(403, _why(user, console))
    if not desk.is_on(console):
        raise HTTPException(
            403,
            f"Response actions are off for console {console}: it has no action_token. Nothing was sent; set "
            "action_token_file (or action_token, action_token_env, action_token_command) in the settings.",
        )


def _why(user: PageUser, console: str = "") -> str:
    on = f" on console {console}" if console else ""
    if not console and any(user.may_respond(each) for each in user.roles):
        return "Response actions are off: no console that you may act on has an action_token. Nothing was sent."
    return f"{user.name} may not perform response actions{on}: that needs the role responder. Nothing was sent."

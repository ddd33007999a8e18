"""Roles at work: who may act, and on which console."""

from http import HTTPStatus

from fastapi import HTTPException, Request

from s1ecs.web.access.page_user import PageUser, Role

# Acting pages, whatever the method; and with an unsafe method all paths are acting but these.
ACTING = ("/respond", "/api/v1/respond")
OPEN_TO_VIEWERS = frozenset({"/login", "/logout"})


def user_of(request: Request) -> PageUser:
    """Return who makes a request; raise HTTPException (401) where nobody is logged in."""
    user = getattr(request.state, "user", None)
    if not isinstance(user, PageUser):
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "Log in first.")
    return user


def require_responder(request: Request, console: str) -> PageUser:
    """Return who makes a request, if the person may act on a console; raise HTTPException: 403, or 404 if unseen."""
    user = user_of(request)
    role = user.role_on(console)
    if role is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such console.")
    if not user.may_respond(console):
        raise HTTPException(HTTPStatus.FORBIDDEN, f"Your role on {console} is {role}; response actions need responder.")
    return user


def responds_anywhere(user: PageUser) -> bool:
    """Tell whether a user may act on any console."""
    return Role.RESPONDER in user.roles.values()


def is_acting(path: str, *, safe: bool) -> bool:
    """Tell whether a request acts, by its path below the prefix and its method."""
    if any(path == each or path.startswith(f"{each}/") for each in ACTING):
        return True
    return not safe and path not in OPEN_TO_VIEWERS

"""Roles at work: who sent a request, and whether requests act."""

from starlette.requests import HTTPConnection

from s1ecs.web.access.page_user import PageUser, Role

# Acting pages, whatever the method; and with an unsafe method all paths are acting but these.
ACTING = ("/respond", "/api/v1/respond")
OPEN_TO_VIEWERS = frozenset({"/login", "/logout"})


def user_of(request: HTTPConnection) -> PageUser:
    """Return who sent a request; access has made sure that somebody did."""
    user: PageUser = request.state.user
    return user


def responds_anywhere(user: PageUser) -> bool:
    """Tell whether a user may act on any console."""
    return Role.RESPONDER in user.roles.values()


def is_acting(path: str, *, safe: bool) -> bool:
    """Tell whether a request acts, by its path below the prefix and its method."""
    if any(path == each or path.startswith(f"{each}/") for each in ACTING):
        return True
    return not safe and path not in OPEN_TO_VIEWERS

"""The permission that a stream lacks, named in the error that the console gives for it."""

from s1ecs.errors import Forbidden, S1ecsError, Unauthorized
from s1ecs.streams.stream import Stream


def not_permitted(error: S1ecsError) -> bool:
    """Tell whether the console accepts the token, but not for this."""
    return isinstance(error, Forbidden) or (isinstance(error, Unauthorized) and error.elsewhere is True)


def permission_cure(permission: str) -> str:
    """Say how to get a permission, in the same words wherever one lacks."""
    return (
        f"add the permission {permission} to the role of the token's user in the console under Settings > Users > "
        "Roles, check that the license includes it, or exclude the stream with the setting streams"
    )


def naming_permission(error: S1ecsError, stream: Stream) -> S1ecsError:
    """Return the error with the stream's permission in its cure, if it is one of permissions; else as it was."""
    if not isinstance(error, Forbidden | Unauthorized) or not not_permitted(error) or not error.cure:
        return error
    good = ", although the token is valid" if isinstance(error, Unauthorized) else ""
    cure = f"not permitted{good}: {permission_cure(stream.permission)}"
    named = type(error)(
        f"{str(error).removesuffix(error.cure)}{cure}", request=error.request, problem=error.problem, cure=cure
    )
    if isinstance(named, Unauthorized):
        named.elsewhere = True
    return named

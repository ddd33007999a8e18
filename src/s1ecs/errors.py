"""Every exception of s1ecs. Its type says whether to try again, its text what happened and what to do now.

The texts are for whoever reads them at 3 a.m.: console and stream first where they are known, then the cause, then
the cure. No text ever holds a token or a query string.
"""

from dataclasses import dataclass
from typing import ClassVar


class S1ecsError(Exception):
    """Anything that s1ecs reports to its user in one line; `exit_status` is what a command then ends with."""

    exit_status: ClassVar[int] = 1

    def behind(self, console: str) -> str:
        """The text where the console's name already stands before it."""
        return str(self).removeprefix(f"{console}: ")


class UsageError(S1ecsError):
    """The command line asks for something that does not exist or does not fit together."""

    exit_status = 2


class SettingsError(S1ecsError):
    """The settings can't be used; the text names the place, the key and what is allowed."""

    exit_status = 2


@dataclass(frozen=True)
class ApiProblem:
    """What the console said about a request that failed: `errors[]` of the answer, see the API's error body.

    `status` is the HTTP status (0: no answer came), `code` SentinelOne's seven-digit code or None.
    """

    status: int = 0
    code: int | None = None
    title: str = ""
    detail: str = ""


class ConsoleError(S1ecsError):
    """A request to a console failed. `transient` says whether the same request may succeed later.

    `request` is method and path without query, such as `GET /cloud-detection/alerts`; `retry_after` the seconds that
    the console asked to wait, None when it did not say.
    """

    transient: ClassVar[bool] = False

    def __init__(
        self, text: str, *, request: str = "", problem: ApiProblem = ApiProblem(), retry_after: float | None = None
    ) -> None:
        super().__init__(text)
        self.request = request
        self.problem = problem
        self.retry_after = retry_after


class Unreachable(ConsoleError):
    """No connection, or it broke: name not found, refused, reset, TLS, time-out."""

    transient = True


class RateLimited(ConsoleError):
    """HTTP 429: the console asks for a pause."""

    transient = True


class ServerTrouble(ConsoleError):
    """HTTP 5xx other than 501: the console or something before it is in trouble."""

    transient = True


class Unreadable(ConsoleError):
    """The answer is not what the API promises: HTML, empty, cut off, not JSON, no object.

    Worth another try, since proxies and gateways produce such answers in passing.
    """

    transient = True


class TooLarge(Unreadable):
    """The answer is larger than the setting 'max_answer'; the same request would bring it again, a smaller page not."""

    transient = False


class Unauthorized(ConsoleError):
    """HTTP 401: the token is missing, wrong, expired or revoked."""


class Forbidden(ConsoleError):
    """HTTP 403: the token's role or scope may not do this."""


class NotFound(ConsoleError):
    """HTTP 404: no such thing on this console, or a feature that it does not have."""


class Refused(ConsoleError):
    """HTTP 400 and every other 4xx: the console does not accept the request; or a 200 whose `errors` say so."""


class BrokenWalk(ConsoleError):
    """The pages of a list do not lead to an end: a cursor came twice."""


class ExpiredCursor(ConsoleError):
    """HTTP 400 on a page after the first: the console no longer knows the cursor; the walk begins anew."""


class StateError(S1ecsError):
    """The state database can't be used; nothing that was committed is lost."""


class DeliveredMeanwhile(StateError):
    """Another process delivered some of the records while a commit was being made ready; nothing was saved."""


class StateFull(StateError):
    """No space left where the state database lies."""


class StateTooNew(StateError):
    """The state database was written by a newer s1ecs."""


class StateDamaged(StateError):
    """The file is no SQLite database, or SQLite finds it inconsistent."""


class WalkTaken(S1ecsError):
    """Another process makes this walk; the text names it. It is refused, so that no checkpoint has two walkers.

    `walk` is the walk, `reason` the text behind it, the same for every walk of that process.
    """

    def __init__(self, walk: str, reason: str) -> None:
        super().__init__(f"{walk}: {reason}")
        self.walk = walk
        self.reason = reason


class OutputError(S1ecsError):
    """An output can't take documents now; the checkpoint stays where it is and the poll is tried again."""


class ServerSilent(OutputError):
    """No answer came from a search server: not reached, or the connection broke. What was sent may have been done."""


class ReaderGone(OutputError):
    """Whoever read standard output went away; nothing can be delivered any more, so the process is to end."""


class FileExpired(ConsoleError):
    """HTTP 410 or code 4100010: the console no longer has the file that an agent uploaded; it must be fetched anew."""


class DownloadError(S1ecsError):
    """A file can't be kept: the disk does not take it, it is larger than is allowed, or it is none of the asked kind.

    Nothing of it is left under its name.
    """


class ArchiveError(S1ecsError):
    """A zip can't be unpacked, or not safely; the zip itself is kept, and of its contents nothing."""


class WrongPassword(ArchiveError):
    """A zip is encrypted, and the password at hand does not open it."""


class OutcomeUnknown(ConsoleError):
    """A request that acts was sent and its answer did not come or can't be read: it may have been carried out."""


class ActionRefused(S1ecsError):
    """A response action is not sent, because it could not do what is wanted; the text says why."""


class ActionWithoutTarget(ActionRefused):
    """A request that acts names nothing to act on, so that it might hit every host; it is never sent."""

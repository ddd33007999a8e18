"""Exceptions of s1ecs. The type says whether to retry, the text what happened and what to do.

The texts are for whoever reads them at 3 a.m.: console and stream first where they are known, then the cause, then
the cure. No text ever holds a token or a query string.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

_MOST_TEXTS = 10
_LONGEST_TEXTS = 2_000


def all_of(texts: Iterable[str], *, by: str = "; ") -> str:
    """All texts as one, each told once; behind so many of them, or so many characters, only how many more there are."""
    different = list(dict.fromkeys(text for text in texts if text))
    told: list[str] = []
    for text in different[:_MOST_TEXTS]:
        room = _LONGEST_TEXTS - sum(len(each) + len(by) for each in told)
        if told and len(text) > room:
            break
        told.append(text if len(text) <= room else f"{text[:room]}...")
    left = len(different) - len(told)
    return by.join(told) + (f" (and {left} more)" if left else "")


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


class MissingExtra(SettingsError):
    """A command or a setting needs an optional dependency that is not installed; the text names the extra."""


@dataclass(frozen=True)
class ApiProblem:
    """Problem reported by the console for a failed request: `errors[]` of the response, see the API's error body.

    `status` is the HTTP status (0: no answer came), `code` SentinelOne's seven-digit code or None; `others` are the
    further entries of `errors[]`, of which any may be the one to act on.
    """

    status: int = 0
    code: int | None = None
    title: str = ""
    detail: str = ""
    others: tuple["ApiProblem", ...] = ()

    @property
    def codes(self) -> frozenset[int | None]:
        """The codes of all entries."""
        return frozenset(each.code for each in (self, *self.others))

    def told(self, *, codes: bool = True) -> str:
        """The status and what all entries say, in one bounded line."""
        return f"{self.status} {all_of(each.entry(codes=codes) for each in (self, *self.others))}".strip()

    def entry(self, *, codes: bool = True) -> str:
        """Text of this entry alone, without the status."""
        code = f" ({self.code})" if codes and self.code is not None else ""
        return f"{self.title}{code}{f': {self.detail}' if self.detail else ''}"


class ConsoleError(S1ecsError):
    """A request to a console failed. `transient` says whether the same request may succeed later.

    `request` is method and path without query, such as `GET /cloud-detection/alerts`; `retry_after` the seconds that
    the console asked to wait, None when it did not say; `cure` is the end of the text, which says what to do.
    """

    transient: ClassVar[bool] = False

    def __init__(
        self,
        text: str,
        *,
        request: str = "",
        problem: ApiProblem = ApiProblem(),
        retry_after: float | None = None,
        cure: str = "",
    ) -> None:
        super().__init__(text)
        self.request = request
        self.problem = problem
        self.retry_after = retry_after
        self.cure = cure


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

    Worth another try, since proxies and gateways produce such answers in passing. `smaller_may_do`: a smaller page may
    be readable, because this one was cut off in the middle.
    """

    transient = True

    def __init__(self, text: str, *, request: str = "", smaller_may_do: bool = True) -> None:
        super().__init__(text, request=request)
        self.smaller_may_do = smaller_may_do


class TooSlow(Unreadable):
    """The answer did not come to its end in the time for a whole answer; the same request would hold just as long.

    `smaller_may_do` is true only where it came at the pace of a slow line.
    """

    transient = False


class TooLarge(Unreadable):
    """The answer is larger than the setting 'max_answer'; the same request would bring it again, a smaller page not."""

    transient = False


class Unauthorized(ConsoleError):
    """HTTP 401: the token is missing, wrong, expired or revoked; or it may not do this.

    `elsewhere` says whether the console took the same token for another path just now; None where that is not known.
    """

    elsewhere: bool | None = None


class Forbidden(ConsoleError):
    """HTTP 403: the token's role or scope may not do this."""


class NotFound(ConsoleError):
    """HTTP 404: no such thing on this console, or a feature that it does not have."""


class Refused(ConsoleError):
    """HTTP 400 and every other 4xx: the console does not accept the request; or a 200 whose `errors` say so."""


class BrokenWalk(ConsoleError):
    """The pages of a list do not lead to an end: a cursor came twice, or the same records over and over."""


class ExpiredCursor(ConsoleError):
    """HTTP 400 on a page after the first: the console no longer knows the cursor; the walk begins anew."""


class StateError(S1ecsError):
    """The state database can't be used; nothing that was committed is lost."""


class LeaseLost(StateError):
    """Another process took over the lease of a walk, or its position moved, since this one read it; nothing was saved.

    It ends the poll, not the process: the next poll tries to take the lease again.
    """


class DeliveredMeanwhile(StateError):
    """Another process delivered some of the records while a commit was being made ready; nothing was saved."""


class ActionTaken(StateError):
    """Another process started a scheduled action, or cancelled it; nothing was sent by this one."""


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


class OtherConsole(S1ecsError):
    """Another console stands behind a name than the one its state belongs to; the user must say what is meant."""


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


class NotAdmitted(ActionRefused):
    """No response action is sent to a console while another may stand behind its name, or another process decides."""


class ActionWithoutTarget(ActionRefused):
    """A request that acts names nothing to act on, so that it might hit every host; it is never sent."""


def causes_of(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it comes from, members of groups included; libraries wrap errors that say more."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for member in error.exceptions:
                yield from causes_of(member)
        error = error.__cause__ or error.__context__

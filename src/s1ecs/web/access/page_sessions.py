"""Sessions of people at the page: made at login, ended by logout, time, or a change of the user."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from s1ecs.web.access.page_user import PageUser

# Each login makes one; beyond this the one that was used least recently ends.
_MOST_SESSIONS = 10_000


@dataclass
class PageSession:
    """A session; `still_valid` tells whether the user may go on, such as by the file of users."""

    id: str = field(repr=False)
    csrf: str = field(repr=False)
    user: PageUser
    began: datetime
    seen: datetime
    still_valid: Callable[[], bool] = field(repr=False)


class PageSessions:
    """Sessions by id, in memory: with the process they all end. `random` makes a text of 256 bits."""

    def __init__(
        self, now: Callable[[], datetime], random: Callable[[], str], *, idle: timedelta, longest: timedelta
    ) -> None:
        self._now = now
        self._random = random
        self._idle = idle
        self._longest = longest
        self._sessions: OrderedDict[str, PageSession] = OrderedDict()

    @property
    def longest(self) -> timedelta:
        """Time after which every session ends."""
        return self._longest

    def begin(self, user: PageUser, still_valid: Callable[[], bool] = lambda: True) -> PageSession:
        """Begin a session of a user who has just logged in; it ends when `still_valid` says so."""
        now = self._now()
        session = PageSession(self._random(), self._random(), user, now, now, still_valid)
        self._sessions[session.id] = session
        while len(self._sessions) > _MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return session

    def find(self, identifier: str, *, used: bool = True) -> PageSession | None:
        """Return a session that is still valid, and take note that it is used, if a person does so."""
        session = self._sessions.get(identifier)
        if session is None:
            return None
        if not self._holds(session):
            self.end(identifier)
            return None
        if used:
            session.seen = self._now()
            self._sessions.move_to_end(identifier)
        return session

    def lasts(self, identifier: str) -> bool:
        """Tell whether a session is still valid without counting as its use; for answers that go on for long."""
        session = self._sessions.get(identifier)
        return session is not None and self._holds(session)

    def end(self, identifier: str) -> None:
        """End a session."""
        self._sessions.pop(identifier, None)

    def _holds(self, session: PageSession) -> bool:
        now = self._now()
        fresh = now - session.seen < self._idle and now - session.began < self._longest
        return fresh and session.still_valid()

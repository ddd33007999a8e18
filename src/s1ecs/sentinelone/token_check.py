"""Check whether the console accepts a token at all, made when one path refused it, so that the error names the cause.

A token that is good elsewhere lacks a permission or the console a licence. Only one that is good nowhere is to be
replaced, since a new one ends the old one for all who use it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from s1ecs.errors import ConsoleError, Forbidden, Unauthorized

# What every good token may ask.
_PATHS = ("/user", "/system/info")

# Asks a path with a token, once.
Ask = Callable[[str, str], Awaitable[object]]


class _Verdict(NamedTuple):
    token: str
    asked: float
    taken: bool | None


class Acceptance:
    """Asks for the tokens of one console; `monotonic` gives steady seconds."""

    def __init__(self, ask: Ask, monotonic: Callable[[], float]) -> None:
        self._ask = ask
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._last: _Verdict | None = None

    async def taken(self, token: str, refused_for: str) -> bool | None:
        """Return True if the console accepts the token for another path than the one that just refused it.

        None where it can't be told. An answer counts only if it was asked for after the refusal, so that a token that
        expires is told as that; those who are refused at the same time share one.
        """
        refused = self._monotonic()
        async with self._lock:
            last = self._last
            if last is not None and last.token == token and last.asked >= refused and refused_for not in _PATHS:
                return last.taken
            asked = self._monotonic()
            taken = await self._asked(token, [path for path in _PATHS if path != refused_for])
            if refused_for not in _PATHS:
                self._last = _Verdict(token, asked, taken)
            return taken

    async def _asked(self, token: str, paths: list[str]) -> bool | None:
        for path in paths:
            try:
                await self._ask(path, token)
            except Unauthorized:
                continue
            except Forbidden as error:
                # With a code it is the console that knows the user; without one something before it may refuse all.
                return True if error.problem.code is not None else None
            except ConsoleError:
                return None
            return True
        return False

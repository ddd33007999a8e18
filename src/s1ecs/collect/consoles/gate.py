"""The gate of a console: before anything is collected it is decided which console's state is continued.

The identity of a console is requested at the first contact of each process. A renamed console keeps its state; another
console under the same name is not collected until the user decides.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

import structlog

from s1ecs.collect.consoles.state_choice import (
    Decision,
    Rename,
    SeenConsole,
    Unclear,
    Wait,
    address_of,
    decide,
    scope_text,
)
from s1ecs.errors import ConsoleError, OtherConsole
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.console_identity import identity_of
from s1ecs.state.checkpoints import LIVE, REREAD, WalkName
from s1ecs.state.consoles import KnownConsole
from s1ecs.state.dead_letters import DeadLetters, Letter
from s1ecs.state.state import State
from s1ecs.streams import STREAMS

if TYPE_CHECKING:
    from s1ecs.settings import ConsoleSettings, Settings


class Gate(Protocol):
    """Decides whether a console may be collected."""

    @property
    def born(self) -> str:
        """The name under which the console's state began, where that is another than its own; else empty."""

    async def admit(self) -> None:
        """Return if it may be collected; else raise the reason."""


@dataclass(frozen=True)
class Open:
    """A gate that is open."""

    born: str = ""

    async def admit(self) -> None:
        """Admit the console."""


OPEN = Open()


class ConsoleGate:
    """The gate of one console of the settings, for all its streams; with `acts` its client has the action token."""

    def __init__(
        self,
        settings: "Settings",
        console: "ConsoleSettings",
        client: Client,
        state: State,
        log: structlog.stdlib.BoundLogger,
        *,
        dead_letters: DeadLetters,
        acts: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = console.name
        self._address = address_of(console.url)
        self._scope = scope_text(console.site_ids)
        self._addresses: Mapping[str, str] = {each.name: address_of(each.url) for each in settings.consoles}
        self._client = client
        self._state = state
        self._dead_letters = dead_letters
        self._log = log
        self._acts = acts
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._open = False
        self._born = ""
        self._asked = -1.0
        self._trouble: ConsoleError | None = None
        self._ids: frozenset[str] | None = None

    @property
    def born(self) -> str:
        """The name under which the console's state began, where that is another than its own; else empty."""
        return self._born

    async def admit(self) -> None:
        """Find out which console's state is continued; raise OtherConsole, or the ConsoleError that hides it."""
        if self._open:
            return
        came = self._monotonic()
        async with self._lock:
            if not self._is_open():
                await self._admit(came)

    def _is_open(self) -> bool:
        return self._open

    async def _admit(self, came: float) -> None:
        # Mostly nothing needs to be requested before an action.
        decision, own = (await self._decided(None)) if self._acts else (Wait(), None)
        if isinstance(decision, Wait):
            if self._asked < came:
                await self._ask()
            decision, own = await self._decided(self._ids)
        if isinstance(decision, Wait):
            raise self._trouble or OtherConsole(
                f"{self._name}: the identity of the console could not be checked; try again"
            )
        if isinstance(decision, Unclear):
            raise OtherConsole(decision.text)
        if isinstance(decision, Rename):
            own = await rename(self._state, self._dead_letters, decision.old, self._name, self._log)
        await self._pass(own, learn=isinstance(decision, Rename) or decision.learn)

    async def _decided(self, ids: frozenset[str] | None) -> tuple[Decision, KnownConsole | None]:
        seen = SeenConsole(self._name, self._address, ids, self._scope)
        known, collected = await self._state.consoles.names()
        own = next((each for each in known if each.name == seen.name), None)
        decision = decide(seen, known, collected=seen.name in collected, addresses=self._addresses, acts=self._acts)
        return decision, own

    async def _ask(self) -> None:
        """Request the console's identity once for all who wait: the answer to one of them holds for the others."""
        self._asked = self._monotonic()
        self._ids, self._trouble = None, None
        try:
            self._ids = await identity_of(self._client)
        except ConsoleError as error:
            self._trouble = error

    async def _pass(self, own: KnownConsole | None, *, learn: bool) -> None:
        own = own or KnownConsole(self._name, self._name)
        await finish_moving(self._state, self._dead_letters, own)
        self._born = "" if own.born == own.name else own.born
        # What an action token sees may be another scope than what the collector sees.
        if learn and not self._acts and self._ids is not None:
            if own.address not in {None, self._address}:
                self._log.info(f"{self._name}: the console is now at {self._address}, previously at {own.address}")
            learned = KnownConsole(self._name, own.born, self._address, self._ids or own.ids, self._scope)
            await self._state.consoles.save(learned)
        # Until the console answers, it is requested again at each poll.
        self._open = self._ids is not None or self._acts


async def rename(
    state: State, dead_letters: DeadLetters, old: KnownConsole, name: str, log: structlog.stdlib.BoundLogger
) -> KnownConsole:
    """Move the state of a console to another name; raise WalkTaken if a process still collects it.

    All but documents and dead letters moves in one transaction. If killed after that, the rest moves at the next start.
    """
    walks = {WalkName(old.name, *walk) for walk in await state.consoles.walks_of(old.name)}
    walks |= {WalkName(old.name, stream, walk) for stream in STREAMS for walk in (LIVE, REREAD)}
    async with state.leases.held(sorted(walks)):
        log.info(f"{name}: the console was known as {old.name}; its state continues under the new name")
        renamed = await state.consoles.rename(old, name)
    await finish_moving(state, dead_letters, renamed)
    return KnownConsole(name, renamed.born, renamed.address, renamed.ids, renamed.scope)


async def finish_moving(state: State, dead_letters: DeadLetters, console: KnownConsole) -> None:
    """Give the new name to what still has the old one: documents of the store, dead letters."""
    if console.moving is None:
        return
    old, name = console.moving, console.name
    while await state.consoles.move_documents(old, name):
        pass
    for stream in await state.run_blocking(dead_letters.streams):
        await state.run_blocking(partial(dead_letters.replace, stream, partial(_moved, old=old, console=console)))
    moved = KnownConsole(name, console.born, console.address, console.ids, console.scope)
    await state.consoles.save(moved)


def _moved(letter: Letter, old: str, console: KnownConsole) -> Letter:
    if letter.console != old:
        return letter
    about = {"console": console.born, **letter.about} if letter.about else {}
    return replace(letter, console=console.name, about=about)

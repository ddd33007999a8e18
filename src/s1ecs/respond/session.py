"""One console as actions need it: its client with the token for actions, the journal, clock and chance."""

import asyncio
import getpass
import platform
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog

from s1ecs.bootstrap.collector import open_client
from s1ecs.bootstrap.state import dead_letters_of, has_state, open_state
from s1ecs.collect.consoles.gate import ConsoleGate
from s1ecs.errors import FileExpired, NotAdmitted, OtherConsole, SettingsError, WalkTaken, all_of
from s1ecs.leftovers import noted
from s1ecs.respond.actions.request import GRAPHQL, ActionRequest
from s1ecs.respond.audit.journal import Journal
from s1ecs.respond.audit.open_journal import open_audit
from s1ecs.respond.batched_reads import BatchedReads, can_be_batched
from s1ecs.respond.trackers import ReadRequest
from s1ecs.respond.trackers.tracker import records
from s1ecs.sentinelone.downloads import DownloadSource, source_of
from s1ecs.sentinelone.pagination import pages
from s1ecs.sentinelone.rate_limits import RateLimits
from s1ecs.settings import ConsoleSettings, Settings, load
from s1ecs.state.state import State
from s1ecs.streams import STREAMS

POLL_SECONDS = 2.0
_FETCH_LINKS = "/remote-scripts/fetch-files"
_LARGEST_PAGE = 1000


def own_name() -> str:
    """The name of our user on this machine, "" where it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _nowhere(_text: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Surroundings:
    """Environment of actions: our clock (UTC), monotonic seconds, sleep, new ids, randomness, user and host.

    `poll` is the pause between two looks at the console, in seconds.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    choose: Callable[[Sequence[Any]], Any] = secrets.choice
    user: str = field(default_factory=own_name)
    machine: str = field(default_factory=platform.node)
    poll: float = POLL_SECONDS


class ActionConsole:
    """A console of the settings to act on, for `async with`; usable from many tasks at once.

    `tell` is told of outputs that do not take the documents of actions now. `journal` is one that is open already,
    whose documents somebody else delivers. The limits of `rates` hold for all that are given the same. Raises
    SettingsError where the console has no `action_token`.
    """

    def __init__(
        self,
        settings: Settings,
        console: ConsoleSettings,
        *,
        tell: Callable[[str], None] = _nowhere,
        around: Surroundings | None = None,
        journal: Journal | None = None,
        rates: RateLimits | None = None,
    ) -> None:
        console.require_action_token()
        self.name = console.name
        self.around = around or Surroundings()
        self.client = open_client(settings, console, acts=True, rates=rates)
        self._settings = settings
        self._console = console
        self._tell = tell
        self._stack = AsyncExitStack()
        self._journal = journal
        self._batches: BatchedReads | None = None
        self._admitted = False
        self._rejected: str | None = None
        self._opening = asyncio.Lock()
        self._admitting = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<Console {self.name} {self.client.connection.url}>"

    async def __aenter__(self) -> Self:
        """Open the session; nothing is sent yet."""
        await self._stack.enter_async_context(self.client)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it, and deliver the documents of what was done."""
        self._journal = None
        await self._stack.aclose()

    def unfinished(self, path: Path) -> AbstractContextManager[None]:
        """Hold a note of an unfinished file or folder, by which the next start removes it if this process is killed."""
        return noted(self._settings.state_dir, path)

    @contextmanager
    def batching(self) -> Iterator[None]:
        """Join reads of many hosts that come at one time into one request, as long as the context lasts."""
        self._batches = BatchedReads(self.read_all, self.around.sleep)
        self._admitted, self._rejected = False, None
        try:
            yield
        finally:
            self._batches = None

    async def admit(self) -> None:
        """Find out whether the console is still the one of its state; raise NotAdmitted where it may be another.

        For many actions at one time it is found out once.
        """
        if self._batches is None:
            await self._admit()
            return
        async with self._admitting:
            if self._rejected is not None:
                raise NotAdmitted(self._rejected)
            if not self._admitted:
                try:
                    await self._admit()
                except NotAdmitted as error:
                    self._rejected = str(error)
                    raise
                self._admitted = True

    async def _admit(self) -> None:
        if not has_state(self._settings):
            return
        log: structlog.stdlib.BoundLogger = structlog.get_logger()
        async with open_state(self._settings) as state:
            try:
                await self._gate(state, log).admit()
            except (OtherConsole, WalkTaken) as error:
                raise NotAdmitted(str(error)) from None

    def _gate(self, state: State, log: structlog.stdlib.BoundLogger) -> ConsoleGate:
        letters = dead_letters_of(self._settings)
        return ConsoleGate(self._settings, self._console, self.client, state, log, dead_letters=letters, acts=True)

    async def journal(self) -> Journal:
        """The journal, opened when it is first needed; raise StateError where it can't be used."""
        async with self._opening:
            if self._journal is None:
                self._journal = await self._stack.enter_async_context(open_audit(self._settings, tell=self._tell))
            return self._journal

    async def read(self, read: ReadRequest) -> Any:
        """The `data` that the console answers; raise ConsoleError types."""
        if read.whole:
            return await self.read_all(read)
        if self._batches is not None and can_be_batched(read):
            return await self._batches.read(read)
        return await self._read_alone(read)

    async def _read_alone(self, read: ReadRequest) -> Any:
        if read.query:
            return (await self.client.graphql(read.path, read.query, read.variables)).data
        return (await self.client.get(read.path, read.params)).data

    async def read_all(self, read: ReadRequest) -> list[Any]:
        """All records of a list, from all its pages; raise ConsoleError types."""
        return [each async for each in self.everything(read)]

    async def everything(self, read: ReadRequest) -> AsyncIterator[Any]:
        """All records of a list, page by page; raise ConsoleError types."""
        params = {name: value for name, value in read.params.items() if name != "limit"}
        limit = int(read.params.get("limit", _LARGEST_PAGE))
        if read.inside:
            async for each in self._inside(read, params, limit):
                yield each
            return
        async for answer in pages(self.client, read.path, params, limit=limit):
            for record in answer.records():
                yield record.value

    async def _inside(self, read: ReadRequest, params: Mapping[str, str], limit: int) -> AsyncIterator[Any]:
        """All records of a list that lies in an object; a cursor that came before ends it."""
        cursors: list[str | None] = [None]
        while cursors.count(cursors[-1]) == 1:
            cursor = cursors[-1]
            query = {**params, "limit": str(limit), **({} if cursor is None else {"cursor": cursor})}
            answer = await self.client.get(read.path, query)
            data = answer.data if isinstance(answer.data, dict) else {}
            for each in records(data.get(read.inside)):
                yield each
            cursors.append(answer.next_cursor)

    async def act(self, request: ActionRequest) -> Any:
        """Send a request that acts, once, and give the `data` of the answer.

        Raises OutcomeUnknown where it may have been carried out, other ConsoleError types where it surely was not.
        """
        scheme = "Bearer" if request.path == GRAPHQL else "ApiToken"
        return (await self.client.act(request.method, request.path, request.body, scheme=scheme)).data

    async def upload(self, address: str) -> DownloadSource:
        """Find the download address of an agent's upload."""
        return source_of(address, self.client.connection)

    async def result_of(self, task: str) -> DownloadSource:
        """Find the download address of a script's result; raise FileExpired if there is none (any more).

        POST /remote-scripts/fetch-files gives a pre-signed link, shown nowhere.
        """
        data = (await self.client.post_for_links(_FETCH_LINKS, {"data": {"taskIds": [task]}})).data
        content = data.get("data") if isinstance(data, dict) and "download_links" not in data else data
        content = content if isinstance(content, dict) else {}
        for link in content.get("download_links") or []:
            if isinstance(link, dict) and str(link.get("taskId")) == task and link.get("downloadUrl"):
                return source_of(str(link["downloadUrl"]), self.client.connection)
        told = [
            str(each.get("errorString"))
            for each in content.get("errors") or []
            if isinstance(each, dict) and each.get("errorString")
        ]
        why = f" ({all_of(told, by=', ')})" if told else ""
        raise FileExpired(f"{self.name}: the console has no result of task {task}{why}: run the script again")


class Console(ActionConsole):
    """A console to act on, for `async with`, by its address and a token that may act.

    Every action is written down first, in `state_dir`: the folder of the setting of this name, made if it is not there.
    `more` are further settings by their names, as texts, such as `proxy` or `ca_file`. Raises SettingsError for values
    that can't be used.
    """

    def __init__(self, url: str, token: str, *, state_dir: str | Path = "s1ecs-data", **more: str) -> None:
        folder = Path(state_dir).absolute()
        given = {"url": url, "token": token, "action_token": token, "state_dir": str(folder), **more}
        settings = load(
            file=None,
            environment={f"S1ECS_{key.upper()}": value for key, value in given.items()},
            flags={},
            streams=list(STREAMS),
            # No settings file lies there, so that nothing holds but what is given.
            working_folder=folder,
        )
        [console] = settings.require_consoles()
        super().__init__(settings, console)


def console_of(settings: Settings, name: str | None) -> ConsoleSettings:
    """The console of that name, or the only one there is; raise SettingsError where it is not clear which one."""
    if name is not None:
        return settings.console(name)
    consoles = settings.require_consoles()
    if len(consoles) > 1:
        names = ", ".join(each.name for each in consoles)
        raise SettingsError(f"several consoles are configured; select one with --console: {names}")
    return consoles[0]

"""Reads of many hosts at one time: those of the same list are one request, and every reader gets its own records.

A console allows few requests a second. Actions on hundreds of hosts, each planned and followed on its own, would wait
for minutes otherwise.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from s1ecs.errors import ConsoleError
from s1ecs.respond.actions.refused_name import is_unknown
from s1ecs.respond.trackers import ReadRequest

# Readers that come within this time go together (seconds); so many ids fit an address.
_GATHERED = 0.05
_MOST = 100
_SINCE = "createdAt__gte"


@dataclass(frozen=True)
class _ById:
    """A list that can be asked for several ids: the filter, and the path of the id in its records."""

    filter: str
    identity: tuple[str, ...]


_LISTS: Mapping[str, _ById] = {
    "/agents": _ById("ids", ("id",)),
    "/activities": _ById("agentIds", ("agentId",)),
    "/threats": _ById("ids", ("id",)),
    "/cloud-detection/alerts": _ById("ids", ("alertInfo", "alertId")),
    "/remote-scripts/status": _ById("parentTaskId__in", ("parentTaskId",)),
}


@dataclass(frozen=True)
class _Reader:
    read: ReadRequest
    id: str
    answer: "asyncio.Future[Any]"


def can_be_batched(read: ReadRequest) -> bool:
    """Return True if a read asks for the records of one id, of a list that can be asked for several."""
    by_id = _LISTS.get(read.path)
    value = read.params.get(by_id.filter, "") if by_id else ""
    return bool(value) and "," not in value


class BatchedReads:
    """Gathers reads; `whole` reads all pages of a list."""

    def __init__(
        self,
        whole: Callable[[ReadRequest], Awaitable[Sequence[Any]]],
        sleep: Callable[[float], Awaitable[Any]],
    ) -> None:
        self._whole = whole
        self._sleep = sleep
        self._waiting: dict[object, list[_Reader]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def read(self, read: ReadRequest) -> Any:
        """The records of one id; raise ConsoleError types."""
        reader = _Reader(read, read.params[_LISTS[read.path].filter], asyncio.get_running_loop().create_future())
        kind = _kind_of(read)
        readers = self._waiting.setdefault(kind, [])
        readers.append(reader)
        if len(readers) == 1:
            task = asyncio.create_task(self._soon(kind))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif len(readers) == _MOST:
            del self._waiting[kind]
            task = asyncio.create_task(self._answer(readers))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await reader.answer

    async def _soon(self, kind: object) -> None:
        await self._sleep(_GATHERED)
        if readers := self._waiting.pop(kind, []):
            await self._answer(readers)

    async def _answer(self, readers: Sequence[_Reader]) -> None:
        wanted = [reader for reader in readers if not reader.answer.done()]
        if not wanted:
            return
        try:
            records = await self._whole(_together(wanted))
        except ConsoleError as error:
            if len(wanted) == 1 or not is_unknown(error):
                _fail(wanted, error)
                return
            # One of the ids may be what the console does not take.
            half = len(wanted) // 2
            await self._answer(wanted[:half])
            await self._answer(wanted[half:])
        except Exception as error:  # noqa: BLE001 - whoever waits must learn of it
            _fail(wanted, error)
        else:
            for reader in wanted:
                if not reader.answer.done():
                    reader.answer.set_result([each for each in records if _is_of(each, reader)])


def _kind_of(read: ReadRequest) -> object:
    apart = {_LISTS[read.path].filter, _SINCE, "limit"}
    return read.path, frozenset((key, value) for key, value in read.params.items() if key not in apart)


def _together(readers: Sequence[_Reader]) -> ReadRequest:
    """One read for all: their ids, from the earliest time that any of them wants."""
    first = readers[0].read
    params = {**first.params, _LISTS[first.path].filter: ",".join(dict.fromkeys(reader.id for reader in readers))}
    if _SINCE in params:
        params[_SINCE] = min(reader.read.params[_SINCE] for reader in readers)
    return ReadRequest(first.path, params)


def _is_of(record: Any, reader: _Reader) -> bool:
    value = record
    for key in _LISTS[reader.read.path].identity:
        value = value.get(key) if isinstance(value, dict) else None
    # What another reader wanted to see from earlier on is passed over; times of one console are written alike.
    since = reader.read.params.get(_SINCE, "")
    return str(value) == reader.id and (not since or str(record.get("createdAt") or since)[:19] >= since[:19])


def _fail(readers: Sequence[_Reader], error: Exception) -> None:
    for reader in readers:
        if not reader.answer.done():
            reader.answer.set_exception(error)

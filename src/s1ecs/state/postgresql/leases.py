"""Leases by rows: who holds one has its epoch, which grows each time that somebody takes it.

A lease expires by the clock of the server, unless its holder renews it, which a task does several times in its
life. Every commit of a walk locks the lease and compares the epoch, so that a process that was paused, and whose lease
another one took meanwhile, changes nothing when it wakes. An expired lease that nobody took is still its holder's.
"""

import asyncio
import os
import platform
import time
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import NamedTuple

from s1ecs.errors import LeaseLost, StateError, WalkTaken
from s1ecs.state.leases import LeaseName
from s1ecs.state.postgresql.database import PostgresDatabase
from s1ecs.state.postgresql.transaction import PgConnection

LIFE_SECONDS = 20.0
_RENEWALS = 5
_RELEASE_SECONDS = 1.0

_COLUMNS = "console, stream, walk"
_EXPIRES = "clock_timestamp() + make_interval(secs => %s)"
# A free one, or one that expired; RETURNING says nothing where it is neither.
_TAKE = f"""
INSERT INTO leases ({_COLUMNS}, epoch, holder, holder_name, expires) VALUES (%s, %s, %s, 1, %s, %s, {_EXPIRES})
ON CONFLICT ({_COLUMNS}) DO UPDATE SET epoch = leases.epoch + 1, holder = excluded.holder,
    holder_name = excluded.holder_name, expires = excluded.expires
WHERE leases.holder IS NULL OR leases.expires < clock_timestamp()
RETURNING epoch
"""
_KEYS = "unnest(%s::text[], %s::text[], %s::text[])"
_HOLDER = f"""
SELECT holder_name, extract(epoch FROM expires - clock_timestamp()) FROM leases WHERE ({_COLUMNS}) = (%s, %s, %s)
"""
# What a commit has locked it renews itself.
_RENEW = f"""
UPDATE leases SET expires = {_EXPIRES} FROM (
    SELECT {_COLUMNS} FROM leases WHERE holder = %s AND ({_COLUMNS}) IN (SELECT * FROM {_KEYS}) FOR UPDATE SKIP LOCKED
) AS mine WHERE (leases.console, leases.stream, leases.walk) = (mine.console, mine.stream, mine.walk)
RETURNING leases.console, leases.stream, leases.walk
"""
_RELEASE = f"""
UPDATE leases SET holder = NULL, expires = clock_timestamp()
WHERE holder = %s AND ({_COLUMNS}) IN (SELECT * FROM {_KEYS})
"""
_CHECK = f"""
UPDATE leases SET expires = {_EXPIRES}
WHERE ({_COLUMNS}) = (%s, %s, %s) AND epoch = %s AND holder = %s
"""


class LeaseKey(NamedTuple):
    """The primary key of a lease."""

    console: str
    stream: str
    walk: str


class PostgresTenure:
    """Some leases that were taken together; `is_lost` once another process was seen to have one of them."""

    def __init__(self, epochs: Mapping[LeaseKey, int], valid_until: float) -> None:
        self.epochs = epochs
        self.is_lost = False
        # Of the steady clock of this process. The server's clock began to count later than this one did.
        self.valid = dict.fromkeys(epochs, valid_until)

    @property
    def valid_until(self) -> float:
        """The moment from which another process may take one of them over."""
        return min(self.valid.values())


class PostgresLeases:
    """The leases that one open state holds; they expire `life` seconds after the last sign of it."""

    def __init__(self, database: PostgresDatabase, life: float = LIFE_SECONDS) -> None:
        self._database = database
        self._life = life
        self._holder = uuid.uuid4()
        self._name = f"process {os.getpid()} on host {platform.node()}"
        self._held: dict[LeaseKey, PostgresTenure] = {}
        self._renewing: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def held(self, names: Sequence[LeaseName]) -> AsyncIterator[PostgresTenure]:
        """Hold all of these, or none: raise WalkTaken, which names the process that has the taken one."""
        # In one order for all, so that nobody waits for each other.
        wanted = sorted({_key(name): str(name) for name in names}.items())
        # As the last attempt began, which is the one that counts.
        began: list[float] = []
        epochs = await self._database.run(partial(self._take, wanted=wanted, began=began))
        tenure = PostgresTenure(epochs, began[-1] + self._life)
        self._held.update(dict.fromkeys(tenure.epochs, tenure))
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew_forever())
        try:
            yield tenure
        finally:
            for key in tenure.epochs:
                del self._held[key]
            await self._release(tenure)

    async def close(self) -> None:
        """End the renewals."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)
            self._renewing = None

    def epoch_of(self, name: LeaseName) -> int | None:
        """Return the epoch under which a commit is made; None: this state holds no lease of that walk."""
        tenure = self._held.get(_key(name))
        return None if tenure is None else tenure.epochs[_key(name)]

    def check(self, connection: PgConnection, name: LeaseName, epoch: int | None) -> None:
        """Lock a lease until the end of the transaction; raise LeaseLost if its epoch is another one by now.

        A commit outside of any lease takes it for the transaction: raise WalkTaken if a process holds it.
        """
        key = _key(name)
        if epoch is None:
            self._take_one(connection, key, str(name), holder=None)
            return
        if not connection.execute(_CHECK, [self._life, *key, epoch, self._holder]).rowcount:
            tenure = self._held.get(key)
            if tenure is not None and tenure.epochs[key] == epoch:
                tenure.is_lost = True
            row = connection.execute(_HOLDER, key).fetchone()
            who = "another process" if row is None else row[0]
            raise LeaseLost(
                f"{name}: {who} took this walk over, because this process did not renew its lease in time; nothing was "
                "saved, and the other process continues"
            )

    def _take(
        self, connection: PgConnection, wanted: Sequence[tuple[LeaseKey, str]], began: list[float]
    ) -> Mapping[LeaseKey, int]:
        began.append(time.monotonic())
        return {key: self._take_one(connection, key, name, holder=self._holder) for key, name in wanted}

    def _take_one(self, connection: PgConnection, key: LeaseKey, name: str, *, holder: uuid.UUID | None) -> int:
        row = connection.execute(_TAKE, [*key, holder, self._name, self._life]).fetchone()
        if row is not None:
            return int(row[0])
        [(who, seconds)] = connection.execute(_HOLDER, key).fetchall()
        raise WalkTaken(
            name,
            f"already collected by {who}; stop it, or leave collecting to it: if it has died, its lease ends in "
            f"{max(0, int(seconds)) + 1} s",
        )

    async def _release(self, tenure: PostgresTenure) -> None:
        def release(connection: PgConnection) -> None:
            connection.execute(_RELEASE, [self._holder, *_columns(tenure.epochs)])

        # Where it can't be released it expires.
        with suppress(StateError):
            await self._database.run(release, patience=_RELEASE_SECONDS)

    async def _renew_forever(self) -> None:
        while True:
            await asyncio.sleep(self._life / _RENEWALS)
            if self._held:
                # Whoever commits meets the same trouble, and tells of it.
                with suppress(StateError):
                    await self._renew()

    async def _renew(self) -> None:
        held = dict(self._held)

        def renew(connection: PgConnection) -> tuple[float, set[LeaseKey], Mapping[LeaseKey, int]]:
            began = time.monotonic()
            rows = connection.execute(_RENEW, [self._life, self._holder, *_columns(held)])
            renewed = {LeaseKey(*key) for key in rows}
            rows = connection.execute(
                f"SELECT {_COLUMNS}, epoch FROM leases WHERE holder = %s",
                [self._holder],
            )
            return began, renewed, {LeaseKey(*key): epoch for *key, epoch in rows}

        began, renewed, ours = await self._database.run(renew, durable=False)
        for key, tenure in held.items():
            if ours.get(key) != tenure.epochs[key]:
                tenure.is_lost = True
            elif key in renewed:
                tenure.valid[key] = began + self._life


def _columns(keys: Iterable[LeaseKey]) -> list[list[str]]:
    listed = list(keys)
    return [[key[column] for key in listed] for column in range(3)]


def _key(name: LeaseName) -> LeaseKey:
    return LeaseKey(name.console, name.stream, name.walk)

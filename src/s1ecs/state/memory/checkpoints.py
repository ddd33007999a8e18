"""Checkpoints in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import orjson

from s1ecs.errors import DeliveredMeanwhile
from s1ecs.masking import masked
from s1ecs.state.checkpoints import (
    LIVE,
    REREAD,
    Checkpoint,
    Commit,
    DeliveryCounts,
    EntityStates,
    ItemResults,
    SeenIds,
    WalkName,
)
from s1ecs.state.heartbeats import StreamProgress
from s1ecs.state.inventory_rounds import Rounds
from s1ecs.state.memory.output_marks import MemoryOutputMarks
from s1ecs.state.memory.tables import ItemRow, Tables
from s1ecs.state.seen_marks import version_mark
from s1ecs.state.status import Key, LastPoll


class MemoryCheckpoints:
    """The checkpoints of all consoles in memory."""

    def __init__(self, tables: Tables, clock: Callable[[], datetime]) -> None:
        self._tables = tables
        self._clock = clock

    async def load(self, walk: WalkName) -> Checkpoint:
        """Return a walk's checkpoint; an empty one before the first commit."""
        if walk not in self._tables.checkpoints:
            return Checkpoint()
        position, next_due = self._tables.checkpoints[walk]
        return Checkpoint(orjson.loads(position), next_due)

    async def commit(self, walk: WalkName, commit: Commit) -> None:
        """Save all of it, or nothing."""
        with self._tables.transaction():
            self._check(walk, commit)
            for write in commit.writes:
                write(self._tables)
            for output, mark in commit.marks.items():
                MemoryOutputMarks().save(self._tables, output, mark)
            self._save_seen(walk, commit.seen)
            self._save_items(walk, commit.items)
            self._save_entities(walk, commit.entities)
            self._count(walk, commit.counts)
            _, saved = self._tables.checkpoints.get(walk, (b"", None))
            self._tables.checkpoints[walk] = orjson.dumps(commit.position), commit.next_due or saved
            if walk.walk in (LIVE, REREAD):
                key = Key(walk.console, walk.stream)
                before = self._tables.progress.get(key, StreamProgress())
                self._tables.progress[key] = replace(before, moved=self._clock())

    async def known(self, walk: WalkName, ids: Sequence[str]) -> frozenset[str]:
        """Return those of `ids` that this console's stream delivered already, by whichever walk."""
        return self._known(walk, ids)

    async def states(self, walk: WalkName, entities: Sequence[str]) -> Mapping[str, str]:
        """Return the id of the state that was delivered last, for those of `entities` that were seen."""
        return self._states(walk, entities)

    async def rounds(self, walk: WalkName) -> Rounds:
        """Return the rounds of the stream's inventory."""
        return self._tables.rounds.get(Key(walk.console, walk.stream), Rounds())

    async def known_entities(self, walk: WalkName) -> tuple[int, int]:
        """Count the entities of the stream that are not gone, and return the greatest round in which any was seen."""
        completed = (await self.rounds(walk)).completed
        left = [number for number in self._rounds_of_entities(walk) if number >= completed]
        return len(left), max(left, default=0)

    async def count_entities(self, walk: WalkName, since: int, until: int) -> int:
        """Count the entities that were seen last in a round from `since` up to, but not including, `until`."""
        return sum(since <= number < until for number in self._rounds_of_entities(walk))

    async def unchanged(self, walk: WalkName, versions: Mapping[str, str]) -> frozenset[str]:
        """Return those items (item -> version) that were read through in that version."""
        return frozenset(item for item, version in versions.items() if self._item(walk, item).version == version)

    async def failed(self, walk: WalkName, limit: int, but: tuple[str, str]) -> Sequence[str]:
        """Return failed items, except those tried between two times, as JSON, the longest untried first."""
        first, last = but
        found = [
            (row.tried or "", row.failed)
            for (console, stream, _), row in self._tables.items.items()
            if (console, stream) == walk[:2] and row.failed is not None and not first <= (row.tried or "") <= last
        ]
        return [failed for _, failed in sorted(found, key=lambda pair: pair[0])][:limit]

    def _known(self, walk: WalkName, ids: Sequence[str]) -> frozenset[str]:
        console, stream, _ = walk
        backfilled = {key[2] for key in self._tables.backfilled if key[:2] == (console, stream)}
        return frozenset(each for each in ids if (console, stream, each) in self._tables.seen or each in backfilled)

    def _states(self, walk: WalkName, entities: Sequence[str]) -> Mapping[str, str]:
        rows = {entity: self._tables.entities.get((walk.console, walk.stream, entity)) for entity in entities}
        return {entity: row[0] for entity, row in rows.items() if row is not None}

    def _item(self, walk: WalkName, item: str) -> ItemRow:
        return self._tables.items.get((walk.console, walk.stream, item), ItemRow())

    def _rounds_of_entities(self, walk: WalkName) -> list[int]:
        return [number for key, (_, number) in self._tables.entities.items() if key[:2] == walk[:2]]

    def _check(self, walk: WalkName, commit: Commit) -> None:
        states = self._states(walk, list(commit.entities.before))
        if any(states.get(entity) != before for entity, before in commit.entities.before.items()) or self._known(
            walk, list(commit.seen.unknown)
        ):
            raise DeliveredMeanwhile(f"{walk}: another process delivered some of the records meanwhile")

    def _save_seen(self, walk: WalkName, seen: SeenIds) -> None:
        console, stream, name = walk
        for identity, time in seen.add:
            self._tables.seen.setdefault((console, stream, identity), time)
        for identity, number in seen.backfilled:
            self._tables.backfilled.setdefault((console, stream, identity, name), number)
        if (least := seen.forget_slices) is not None:
            for key, number in list(self._tables.backfilled.items()):
                if (*key[:2], key[3]) == walk and number < least:
                    del self._tables.backfilled[key]
        if (oldest := seen.forget_before) is not None:
            self._forget(walk, lambda time: time < oldest)

    def _forget(self, walk: WalkName, old: Callable[[str], bool]) -> None:
        for key, time in list(self._tables.seen.items()):
            if key[:2] == walk[:2] and old(time):
                del self._tables.seen[key]

    def _save_items(self, walk: WalkName, items: ItemResults) -> None:
        rows = self._tables.items
        if (since := items.listed_since) is not None:
            for key, row in list(rows.items()):
                if key[:2] == walk[:2] and row.failed is not None and (row.tried or "") < since:
                    del rows[key]
        for item, version in items.done:
            before = self._item(walk, item).version
            if before is not None and version is not None and before != version:
                self._forget(walk, version_mark(item, before).__eq__)
            if version is None:
                rows.pop((walk.console, walk.stream, item), None)
            else:
                rows[walk.console, walk.stream, item] = ItemRow(version)
        for item, failed, why, tried in items.failed:
            rows[walk.console, walk.stream, item] = ItemRow(None, failed, masked(why), tried)

    def _save_entities(self, walk: WalkName, entities: EntityStates) -> None:
        for entity, identity in entities.states:
            key = (walk.console, walk.stream, entity)
            _, before = self._tables.entities.get(key, ("", entities.round))
            self._tables.entities[key] = identity, max(before, entities.round)
        if entities.rounds is not None:
            self._tables.rounds[Key(walk.console, walk.stream)] = entities.rounds

    def _count(self, walk: WalkName, counts: DeliveryCounts) -> None:
        if not (counts.delivered or counts.refused):
            return
        key = Key(walk.console, walk.stream)
        before = self._tables.polls.get(key, LastPoll(counts.now, "never polled", "", 0, None))
        self._tables.polls[key] = replace(
            before, documents=before.documents + counts.delivered, refused=before.refused + counts.refused
        )

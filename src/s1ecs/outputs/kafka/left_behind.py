"""Documents that other workers delivered and did not commit, looked for once for all feeds of a topic that move."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from threading import Event
from typing import TypeVar

from s1ecs.outputs.kafka.delivered import DeliveredIds
from s1ecs.outputs.kafka.joint_work import JointWork
from s1ecs.outputs.kafka.messages import FoundDocument, KafkaFeed
from s1ecs.outputs.kafka.session import fence, open_topics, read_back
from s1ecs.outputs.kafka.settings import KafkaSettings
from s1ecs.outputs.output import Takeover
from s1ecs.tasks import side_by_side

T = TypeVar("T")
FoundByFeed = Mapping[KafkaFeed, Sequence[FoundDocument]]

# Topics that are read, and workers that are fenced, at a time; each needs connections of its own.
_AT_ONCE = 4


class LeftBehind:
    """Finds what others left; `prepare` ends what this process left open, and returns the partitions of a topic.

    A worker that is killed or paused leaves all streams of many consoles at once. For all feeds that are taken over at
    a time a former worker is fenced once and each topic is read once. That is enough: whoever asks has the lease of its
    feed, so that nobody who is fenced afterwards begins to write it again. `former` returns the transactional id of a
    worker that is to be fenced, None for this one.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        former: Callable[[str], str | None],
        prepare: Callable[[str], Awaitable[int]],
        warn_of_unread: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._former = former
        self._prepare = prepare
        self._warn_of_unread = warn_of_unread
        self._fencing: JointWork[None, None] = JointWork(self._fence, _AT_ONCE)
        self._looking: JointWork[Takeover, FoundByFeed] = JointWork(self._look, _AT_ONCE)

    async def of(self, feed: Takeover) -> Sequence[FoundDocument]:
        """Return what others delivered of a feed beyond its mark, once they can deliver nothing any more.

        They are fenced before its turn to look: whoever looks meanwhile may wait for one of their transactions to end.
        """
        # Of those that ended nothing can be committed any more that is not in the topic yet.
        former = filter(None, map(self._former, filter(None, feed.unsettled)))
        await side_by_side([self._fencing.join(transactional_id, None) for transactional_id in former])
        found = await self._looking.join(self._settings.topic_of(feed.stream), feed)
        return found.get(KafkaFeed(feed.console, feed.namespace, feed.stream), ())

    async def _look(self, topic: str, feeds: Sequence[Takeover]) -> FoundByFeed:
        partitions = await self._prepare(topic)
        marks = DeliveredIds({key: mark for feed in feeds for key, mark in feed.mark.items()})

        def found(stop: Event) -> Sequence[FoundDocument] | None:
            ends = open_topics(self._settings, stop).ends(topic, partitions)
            return read_back(self._settings, topic, ends, marks, stop)

        documents = await _until_cancelled(found)
        if documents is None:
            self._warn_of_unread(topic)
        by_feed: dict[KafkaFeed, list[FoundDocument]] = defaultdict(list)
        for document in documents or ():
            by_feed[document.feed].append(document)
        return by_feed

    async def _fence(self, transactional_id: str, _asked: Sequence[None]) -> None:
        await _until_cancelled(partial(fence, self._settings, transactional_id))


async def _until_cancelled(work: Callable[[Event], T]) -> T:
    """Do what blocks on a thread; what is cancelled ends soon."""
    stop = Event()
    try:
        return await asyncio.to_thread(work, stop)
    except asyncio.CancelledError:
        stop.set()
        raise

"""Memory of what a topic holds although no commit says so, so that it is not written there again.

A mark says for each feed up to which offsets of its topic everything is committed. What lies behind them was delivered
by a process that was killed before its commit, or by an attempt that failed half-way: its documents come again, and
are recognized by their ids.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from s1ecs.outputs.kafka.messages import FoundDocument, KafkaFeed
from s1ecs.state.output_marks import Mark

# Commits of a feed within which documents that were not committed come again; such as those of a console that no longer
# has them never do.
_EXPECTED_WITHIN = 100

Offsets = Mapping[int, int]


class FeedMark(NamedTuple):
    """Offsets of a topic up to which all documents of a feed are committed."""

    topic: str
    offsets: Offsets

    @property
    def as_json(self) -> dict[str, Any]:
        """Return the same as JSON."""
        return {"topic": self.topic, "offsets": {str(each): offset for each, offset in self.offsets.items()}}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "FeedMark":
        """Reverse `as_json`."""
        return cls(value["topic"], {int(each): offset for each, offset in value["offsets"].items()})


@dataclass
class _Uncommitted:
    """Ids of one feed that are in its topic: `found` come again, `given` await the commit that saves `mark`.

    `commits` counts those since the first of `found` was expected.
    """

    found: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    mark: FeedMark | None = None
    commits: int = 0


class DeliveredIds:
    """The marks of all feeds, and their ids that are delivered and not committed."""

    def __init__(self, mark: Mark) -> None:
        self._marks = {key: FeedMark.from_json(value) for key, value in mark.items()}
        self._ends: dict[str, dict[int, int]] = {}
        self._uncommitted: dict[str, _Uncommitted] = {}
        # Feeds that were taken over with nothing in doubt, and of which nothing was delivered since.
        self._quiet: set[str] = set()

    def take_over(self, feed: KafkaFeed, mark: Mark, found: Iterable[FoundDocument] | None) -> None:
        """Begin with the mark of a feed that another process delivered until now.

        `found` are its documents behind the mark; None: there are none, because all that was delivered is committed.
        """
        self.let_go(feed)
        self._marks |= {key: FeedMark.from_json(value) for key, value in mark.items()}
        if found is None:
            self._quiet.add(feed.key)
        else:
            self._of(feed.key).found = {document.id for document in found}

    def let_go(self, feed: KafkaFeed) -> None:
        """Forget a feed."""
        self._marks.pop(feed.key, None)
        self._quiet.discard(feed.key)
        self._uncommitted.pop(feed.key, None)

    def starts(self, topic: str, ends: Offsets) -> Offsets:
        """Return from where on a topic must be read back, so that every feed with a mark there knows its ids.

        Nothing is looked for of feeds that are quiet since they were taken over.

        A topic that ends before a mark was made anew: the mark is none of it.
        """
        for key, mark in list(self._marks.items()):
            if mark.topic == topic and any(offset > ends.get(each, 0) for each, offset in mark.offsets.items()):
                del self._marks[key]
        marks = [mark for key, mark in self._marks.items() if mark.topic == topic and key not in self._quiet]
        return {each: min((mark.offsets.get(each, 0) for mark in marks), default=end) for each, end in ends.items()}

    def is_behind_mark(self, topic: str, document: FoundDocument) -> bool:
        """Tell whether a document in a topic lies behind the mark of its feed."""
        mark = None if document.feed.key in self._quiet else self._marks.get(document.feed.key)
        return mark is not None and mark.topic == topic and document.offset >= mark.offsets.get(document.partition, 0)

    def read(self, topic: str, ends: Offsets, documents: Iterable[FoundDocument]) -> None:
        """Take note of documents that lie behind their marks, and where the topic ended."""
        for document in documents:
            self._of(document.feed.key).found.add(document.id)
        self._ends[topic] = dict(ends)

    def knows(self, topic: str) -> bool:
        """Tell whether a topic was read back."""
        return topic in self._ends

    def first_mark(self, feed: KafkaFeed, topic: str, distance: int) -> Mark:
        """Return what must be saved before a feed's first delivery to a topic; empty if it has begun there.

        One that is quiet, and so many documents behind, begins anew. It has begun with `begin`, once that is saved.
        """
        known = self._marks.get(feed.key)
        if known is None or known.topic != topic:
            return {feed.key: FeedMark(topic, dict(self._ends[topic])).as_json}
        is_far_behind = feed.key in self._quiet and self._behind(known) >= distance
        return {feed.key: self._latest(known).as_json} if is_far_behind else {}

    def begin(self, feed: KafkaFeed, first: Mark) -> None:
        """Begin a feed with the first mark that was saved, if there was one to save."""
        self._quiet.discard(feed.key)
        self._marks |= {key: FeedMark.from_json(value) for key, value in first.items()}

    def there(self, feed: KafkaFeed) -> frozenset[str]:
        """Return the ids that are in the topic of a feed without a commit."""
        of = self._of(feed.key)
        # Whoever delivers again did not commit.
        of.found |= of.given
        of.given, of.mark = set(), None
        return frozenset(of.found)

    def delivered(self, feed: KafkaFeed, topic: str, ids: Iterable[str], offsets: Offsets) -> Mark:
        """Take note of a delivery, ended at `offsets`; return what its commit is to save."""
        ends = self._ends[topic]
        for each, offset in offsets.items():
            ends[each] = max(ends.get(each, 0), offset)
        of = self._of(feed.key)
        of.given = set(ids)
        # What has not come again yet must still be found by the next process.
        of.mark = self._marks[feed.key] if of.found - of.given else self._latest(self._marks[feed.key])
        return {feed.key: of.mark.as_json}

    def committed(self, feed: KafkaFeed) -> None:
        """Take note that the last delivery of a feed was committed."""
        of = self._of(feed.key)
        if of.mark is not None:
            self._marks[feed.key] = of.mark
            of.found -= of.given
            of.given, of.mark = set(), None
            of.commits += 1
        if not of.found or of.commits > _EXPECTED_WITHIN:
            self._uncommitted.pop(feed.key, None)

    def doubt(self) -> None:
        """Forget what topics hold: an attempt failed, and only they can tell how far it came."""
        self._ends.clear()
        # A delivery that succeeded may be about to be committed.
        self._uncommitted = {key: of for key, of in self._uncommitted.items() if of.mark is not None}

    def moved(self, distance: int, keys: Sequence[str] | None = None) -> Mark:
        """Move the marks of feeds that are so many documents behind and have none uncommitted; return them to save.

        Else the next process would read all back that other feeds wrote meanwhile. `keys` are the feeds to look at.
        """
        found: dict[str, Any] = {}
        for key in list(self._marks) if keys is None else [key for key in keys if key in self._marks]:
            mark = self._marks[key]
            if mark.topic in self._ends and self._behind(mark) >= distance and key not in self._uncommitted:
                self._marks[key] = self._latest(mark)
                found[key] = self._marks[key].as_json
        return found

    def _latest(self, mark: FeedMark) -> FeedMark:
        """Return the mark of a feed with nothing in doubt: other processes may know better where a partition ends."""
        ends = self._ends[mark.topic]
        offsets = {
            each: max(ends.get(each, 0), mark.offsets.get(each, 0)) for each in ends.keys() | mark.offsets.keys()
        }
        return FeedMark(mark.topic, dict(sorted(offsets.items())))

    def _behind(self, mark: FeedMark) -> int:
        """Return how many documents of other feeds lie behind a mark, as far as is known."""
        ends = self._ends.get(mark.topic, {})
        return sum(max(0, end - mark.offsets.get(each, 0)) for each, end in ends.items())

    def _of(self, key: str) -> _Uncommitted:
        return self._uncommitted.setdefault(key, _Uncommitted())

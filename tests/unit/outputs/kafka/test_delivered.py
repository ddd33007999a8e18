"""Memory of delivered ids: what a process that begins takes for delivered, and which marks it saves."""

import orjson

from s1ecs.outputs.kafka.delivered import DeliveredIds
from s1ecs.outputs.kafka.messages import FoundDocument, KafkaFeed

ONE, TWO = KafkaFeed("one", "default", "alert"), KafkaFeed("two", "default", "alert")
TOPIC = "s1ecs.alert"
MARK = {
    ONE.key: {"topic": TOPIC, "offsets": {"0": 5, "1": 7}},
    TWO.key: {"topic": TOPIC, "offsets": {"0": 3, "1": 9}},
    "three/default/group": {"topic": "s1ecs.group", "offsets": {"0": 1}},
}


def test_all_feeds_of_a_topic_are_read_back_at_once() -> None:
    """Reading begins at the lowest mark of each partition; a partition that is new, at its beginning."""
    delivered = DeliveredIds(MARK)
    assert delivered.starts(TOPIC, {0: 10, 1: 10, 2: 4}) == {0: 3, 1: 7, 2: 0}
    assert delivered.starts("s1ecs.threat", {0: 10}) == {0: 10}


def test_only_what_is_behind_the_mark_of_its_feed_counts() -> None:
    """What was committed is not taken for delivered again, as then nobody would deliver it to a topic made anew."""
    delivered = DeliveredIds(MARK)
    found = [FoundDocument(feed, name, 0, 4) for feed, name in ((ONE, "before"), (TWO, "behind"))]
    unknown = FoundDocument(KafkaFeed("four", "default", "alert"), "foreign", 0, 4)
    behind = [each for each in (*found, unknown) if delivered.is_behind_mark(TOPIC, each)]
    delivered.read(TOPIC, {0: 10, 1: 10}, behind)
    assert delivered.there(ONE) == frozenset()
    assert delivered.there(TWO) == {"behind"}


def test_a_topic_made_anew_has_no_mark() -> None:
    """A topic that ends before a mark is another one: the feed begins in it as in a new one."""
    delivered = DeliveredIds(MARK)
    assert delivered.starts(TOPIC, {0: 4, 1: 9}) == {0: 3, 1: 9}
    delivered.read(TOPIC, {0: 4, 1: 9}, ())
    assert delivered.first_mark(ONE, TOPIC, 50_000) == {ONE.key: {"topic": TOPIC, "offsets": {"0": 4, "1": 9}}}
    assert delivered.first_mark(TWO, TOPIC, 50_000) == {}


def test_a_mark_moves_with_the_commit() -> None:
    """What was delivered and not committed is there; once committed it may come again."""
    delivered = DeliveredIds(MARK)
    delivered.read(TOPIC, {0: 10, 1: 10}, ())
    mark = delivered.delivered(ONE, TOPIC, ["a", "b"], {0: 12})
    assert orjson.loads(orjson.dumps(mark)) == {ONE.key: {"topic": TOPIC, "offsets": {"0": 12, "1": 10}}}
    assert delivered.there(ONE) == {"a", "b"}
    delivered.delivered(ONE, TOPIC, ["a", "b"], {})
    delivered.committed(ONE)
    assert delivered.there(ONE) == frozenset()


def test_a_mark_does_not_pass_what_has_not_come_again() -> None:
    """As long as some of what was found is missing in what comes, the next process must find it, too."""
    delivered = DeliveredIds(MARK)
    delivered.read(TOPIC, {0: 10, 1: 10}, [FoundDocument(ONE, name, 0, 8) for name in ("a", "b")])
    first = delivered.delivered(ONE, TOPIC, ["a"], {})
    delivered.committed(ONE)
    assert first == {ONE.key: MARK[ONE.key]}
    assert delivered.there(ONE) == {"b"}
    last = delivered.delivered(ONE, TOPIC, ["b"], {})
    assert last == {ONE.key: {"topic": TOPIC, "offsets": {"0": 10, "1": 10}}}


def test_what_never_comes_again_is_given_up() -> None:
    """A console that no longer has a record keeps no mark back forever."""
    delivered = DeliveredIds(MARK)
    delivered.read(TOPIC, {0: 10, 1: 10}, [FoundDocument(ONE, "gone", 0, 8)])
    for number in range(200):
        delivered.delivered(ONE, TOPIC, [str(number)], {0: 11 + number})
        delivered.committed(ONE)
    assert delivered.delivered(ONE, TOPIC, ["last"], {}) == {ONE.key: {"topic": TOPIC, "offsets": {"0": 210, "1": 10}}}


def test_a_failure_keeps_what_is_about_to_be_committed() -> None:
    """Another feed's failed attempt makes topics be read back, and takes no mark away that a commit saves."""
    delivered = DeliveredIds(MARK)
    delivered.read(TOPIC, {0: 10, 1: 10}, ())
    delivered.delivered(ONE, TOPIC, ["a"], {0: 11})
    delivered.doubt()
    assert not delivered.knows(TOPIC)
    delivered.committed(ONE)
    assert delivered.starts(TOPIC, {0: 20, 1: 20}) == {0: 3, 1: 9}
    assert not delivered.is_behind_mark(TOPIC, FoundDocument(ONE, "a", 0, 10))


def test_marks_of_idle_feeds_move_far_and_only_without_doubt() -> None:
    """A feed that is far behind is moved to the end, but not while documents of it are expected again."""
    delivered = DeliveredIds(MARK)
    delivered.read(TOPIC, {0: 100, 1: 100}, [FoundDocument(TWO, "expected", 0, 50)])
    assert delivered.moved(1000) == {}
    assert delivered.moved(100) == {ONE.key: {"topic": TOPIC, "offsets": {"0": 100, "1": 100}}}
    assert delivered.moved(100) == {}


def test_a_feed_has_begun_once_its_first_mark_is_saved() -> None:
    """A first mark that could not be saved is to be saved at the next attempt, before anything is delivered."""
    delivered = DeliveredIds({})
    delivered.read(TOPIC, {0: 10}, ())
    first = delivered.first_mark(ONE, TOPIC, 50_000)
    assert first == {ONE.key: {"topic": TOPIC, "offsets": {"0": 10}}}
    assert delivered.first_mark(ONE, TOPIC, 50_000) == first
    delivered.begin(ONE, first)
    assert delivered.first_mark(ONE, TOPIC, 50_000) == {}


def test_a_quiet_feed_that_is_far_behind_moves_when_it_is_taken_over() -> None:
    """An idle feed moves with the topic, others stay; a feed of which documents are expected does not move."""
    delivered = DeliveredIds({})
    delivered.read(TOPIC, {0: 100, 1: 100}, ())
    delivered.take_over(ONE, {ONE.key: MARK[ONE.key]}, None)
    delivered.take_over(TWO, {TWO.key: MARK[TWO.key]}, [FoundDocument(TWO, "expected", 0, 50)])
    assert delivered.moved(1000, [ONE.key]) == {}
    assert delivered.moved(100, [TWO.key, "unknown"]) == {}
    assert delivered.moved(100, [ONE.key]) == {ONE.key: {"topic": TOPIC, "offsets": {"0": 100, "1": 100}}}


def test_a_mark_never_goes_back() -> None:
    """A process that last looked before another one committed keeps that one's mark where it is further."""
    delivered = DeliveredIds({})
    delivered.read(TOPIC, {0: 2, 1: 2}, ())
    delivered.take_over(ONE, {ONE.key: MARK[ONE.key]}, None)
    delivered.begin(ONE, delivered.first_mark(ONE, TOPIC, 50_000))
    mark = delivered.delivered(ONE, TOPIC, ["a"], {0: 12})
    assert mark == {ONE.key: {"topic": TOPIC, "offsets": {"0": 12, "1": 7}}}

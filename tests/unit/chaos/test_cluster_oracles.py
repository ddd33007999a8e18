from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from chaos.cluster import counted
from chaos.cluster.consoles import Asked
from chaos.cluster.history import Entry
from chaos.cluster.moved import Moved, Span, Strike, moves
from chaos.cluster.polling import Woken, polled_twice, without_lease
from chaos.cluster.rates import too_fast
from chaos.cluster.verdict import ClusterVerdict, Struck
from chaos.difference import compare
from chaos.held import Held

NAMES = {1: "one", 2: "two"}
# One has the lease until the tenth second, two takes it in the twentieth.
HISTORY = [
    Entry(0, "one", "taken", "a", "agent", "live", 1),
    Entry(0, "one", "taken", "a", "threat", "live", 1),
    Entry(10, "one", "released", "a", "agent", "live", 1),
    Entry(20, "two", "taken", "a", "agent", "live", 2),
    Entry(20, "two", "taken", "a", "threat_event", "live", 1),
]


def asked(time: float, process: int, path: str = "/agents", console: str = "a") -> Asked:
    """A request that was answered."""
    return Asked(time, console, path, process, 200)


@pytest.mark.parametrize(
    "request_",
    [
        asked(5, 1),
        asked(25, 2),
        asked(15, 1),
        asked(15, 2),
        # Seen late.
        asked(10.5, 1),
        # Another stream has the same path, and that is the worker's own.
        asked(25, 1, "/threats"),
        asked(25, 2, "/threats/1/explore/events"),
        # Nothing is known of these.
        asked(25, 0),
        asked(25, 1, "/system/info"),
        asked(25, 1, "/agents", "b"),
    ],
)
def test_requests_of_a_poll_are_no_conflict(request_: Asked) -> None:
    """The holder of a lease may ask, and who can't be in conflict is not told."""
    assert list(polled_twice([request_], HISTORY, NAMES, [])) == []


def test_a_request_amid_the_poll_of_another_is_told() -> None:
    """It is named with console, stream and both workers, unless the worker has just been woken."""
    [told] = polled_twice([asked(25, 1)], HISTORY, NAMES, [])
    assert told == "a agent: one asked for /agents while two had the lease, at 25.000"
    assert list(polled_twice([asked(5, 2)], HISTORY, NAMES, []))
    assert list(polled_twice([asked(25, 1)], HISTORY, NAMES, [Woken("one", 24.5)])) == []
    assert list(polled_twice([asked(25, 1)], HISTORY, NAMES, [Woken("two", 24.5), Woken("one", 20)]))


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (Entry(12, "one", "step", "a", "agent", "live", 1), ""),
        (Entry(22, "two", "step", "a", "agent", "live", 2), ""),
        (Entry(22, "one", "step", "a", "agent", "live", 2), "one committed a step, epoch 2; the lease was of two"),
        (Entry(22, "two", "step", "a", "agent", "live", 3), "the lease was of two with epoch 2"),
        (Entry(22, "two", "step", "a", "agent", "reread", 1), "the lease was of nobody"),
    ],
)
def test_a_step_is_of_the_worker_that_has_the_lease(step: Entry, why: str) -> None:
    """Steps of anybody else are told; an expired lease that nobody took is still its holder's."""
    history = sorted([*HISTORY, step], key=lambda each: each.time)
    found = list(without_lease(history))
    assert [why in each for each in found] == [True] * bool(why)


def test_a_limit_holds_for_all_workers_together() -> None:
    """Inventories may be asked for three times a second; two workers at that pace each are too fast, one is not."""
    path = "/application-management/inventory/endpoints"
    alone = [asked(number / 3, 1, path) for number in range(60)]
    other = [asked(number / 3 + 0.1, 2, path) for number in range(60)]
    assert list(too_fast(alone)) == []
    assert list(too_fast([*alone, *(each._replace(console="b") for each in other)])) == []
    assert next(iter(too_fast([*alone, *other]))).startswith(f"a {path}: more than 3 requests a second")


def test_what_waited_may_come_together() -> None:
    """As many requests as fit into five seconds may come at once; those below a threat have a limit of their own."""
    path = "/application-management/inventory"
    assert list(too_fast([asked(7, 1, path)] * 16)) == []
    assert len(list(too_fast([asked(7, 1, path)] * 18))) == 2
    assert list(too_fast([asked(7, 1, f"/threats/{number}/explore/events") for number in range(90)])) == []


BEGUN = Entry(1, "one", "begun", "a", "agent")
KILLED = Strike("one", 5)


def seconds(*history: Entry, away: Sequence[Span] = (), end: float = 100) -> list[float | None]:
    """The seconds after which the keys of the killed worker moved."""
    return [each.seconds for each in moves([KILLED], [BEGUN, *history], away, end)]


def test_a_key_moves_once_another_worker_committed_a_step_of_it() -> None:
    """A step of the killed one, or an end that somebody wrote for it, is no move; time without a server is no delay."""
    step = Entry(30, "two", "step", "a", "agent", "live", 2)
    assert seconds(step) == [25]
    assert seconds(step, away=[Span(20, 24)]) == [21]
    assert seconds(Entry(5.1, "one", "step", "a", "agent"), Entry(7, "two", "ended", "a", "agent")) == [None]
    assert seconds(end=60) == []
    assert list(moves([KILLED], [BEGUN, Entry(4, "one", "ended", "a", "agent")], [], 100)) == []
    late = [each.is_late for each in moves([KILLED], [BEGUN, step._replace(time=66)], [], 100)]
    assert late == [True]


def test_a_key_whose_next_worker_is_struck_is_told_with_that_one() -> None:
    """The minute begins anew if whoever took a key over is killed before it commits a step, and only then."""
    history = [BEGUN, Entry(30, "two", "begun", "a", "agent"), Entry(90, "three", "step", "a", "agent")]
    second = Strike("two", 40)
    assert [(each.strike, each.seconds) for each in moves([KILLED, second], history, [], 100)] == [(second, 50)]
    [told] = moves([KILLED, Strike("two", 20)], history, [], 100)
    assert (told.strike, told.seconds) == (KILLED, 85)


def test_ids_are_counted_by_console() -> None:
    """What one console lost and another has twice is told with the console's name, in either kind of output."""
    held = {"a": Held(frozenset("12"), frozenset("12")), "b": Held(frozenset("3"), frozenset("34"))}
    wanted = counted.together(held)
    found = compare("kafka", "agent", wanted, counted.by_console({"a": Counter("1"), "b": Counter("33")}))
    assert (found.lost, found.twice, found.never_held) == (["a 2"], ["b 3"], [])
    found = compare("opensearch", "agent", wanted, counted.by_holder(Counter("1345"), held))
    assert (found.lost, found.twice, found.never_held) == (["a 2"], [], ["no console 5"])
    assert counted.held_twice(held) == []
    assert counted.held_twice({**held, "c": held["b"]}) == ["3", "4"]


GOOD = ClusterVerdict((), Struck(2, 1, Counter(kafka_killed=1), Counter(kafka_killed=1)))


def test_a_good_run_of_a_cluster_has_no_failures() -> None:
    """With kills, pauses, all trouble of servers and nothing missing there is no failure."""
    assert GOOD.failures == []
    assert GOOD.lines()[-1].startswith("lost 0, doubled 0, polled twice at once 0, kills 2, pauses 1, ")


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (replace(GOOD, struck=Struck(2, 0)), "only 2 kills and 0 pauses"),
        (replace(GOOD, struck=Struck(2, 1, wanted=Counter(kafka_killed=1))), "not struck: kafka_killed"),
        (replace(GOOD, problems=("not walked through",)), "not walked through"),
        (replace(GOOD, twice_at_once=("a agent: one asked",)), "polled by two workers at once: 1 times, such as a"),
        (replace(GOOD, without_lease=("a agent live: one",)), "committed without the lease: 1 times, such as a"),
        (replace(GOOD, too_fast=("a /agents: more",)), "over the limit: 1 times, such as a /agents"),
        (
            replace(GOOD, moved=(Moved(KILLED, "a", "agent", None),)),
            "not moved within 60 s of a kill or pause: 1 times",
        ),
        (
            replace(GOOD, differences=(compare("kafka", "agent", Held(frozenset("1"), frozenset("1")), Counter()),)),
            "kafka agent: 1 lost, such as 1",
        ),
    ],
)
def test_what_makes_a_run_of_a_cluster_a_failure(bad: ClusterVerdict, why: str) -> None:
    """Each oracle makes a run fail, and so does a run that did not try what it should have tried."""
    [failure] = bad.failures
    assert why in failure


def test_strikes_of_which_something_moved_too_late_are_told() -> None:
    """Each of them with its time and how much of what it cut off was late."""
    moved = [
        Moved(KILLED, "a", stream, seconds) for stream, seconds in (("agent", 5.0), ("alert", 70.0), ("group", None))
    ]
    [line] = [line for line in replace(GOOD, moved=moved).lines() if line.startswith("strike")]
    assert line.endswith("2 of 3 polls moved on too late")
    assert KILLED.who in line

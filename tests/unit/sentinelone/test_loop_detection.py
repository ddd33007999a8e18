"""Walks in circles are noticed, however they go, and honest ones are left alone; memory is bounded."""

import itertools
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from random import Random

import pytest

from s1ecs.sentinelone.loop_detection import Trail
from s1ecs.slices import at_once

SIZE = 20
Page = list[dict[str, int]]


def records(numbers: Iterable[int]) -> Page:
    """Records by number."""
    return [{"id": number} for number in numbers]


def a_page(number: int, by: int = 0) -> Page:
    """The page of that number of a list, which may begin some records later."""
    return records(range(number * SIZE + by, (number + 1) * SIZE + by))


def walked(pages: Iterable[Page], most: int) -> tuple[int, str]:
    """How many pages a walk with a fresh cursor each reads, of `most`, and why it ends there."""
    trail = Trail(None)
    for number, page in enumerate(itertools.islice(pages, most), 1):
        if reason := at_once(trail.following(page, f"cursor {number}")):
            return number, reason
    return most, ""


def circle(before: int, length: int, by: int = 0) -> Iterator[Page]:
    """A list that after some pages goes round in a circle; each time round its pages begin some records later."""
    yield from map(a_page, range(before))
    for turn in itertools.count():
        yield from (a_page(before + number, by * turn % SIZE if number < length - 1 else 0) for number in range(length))


@pytest.mark.parametrize(
    ("before", "length"), [(0, 1), (0, 2), (0, 7), (0, 100), (1, 1), (5, 3), (50, 1), (50, 30), (300, 40), (1000, 7)]
)
@pytest.mark.parametrize("by", [0, 7])
def test_a_circle_is_noticed(before: int, length: int, by: int) -> None:
    """Wherever it begins and however long it is: within a small multiple of the pages that there are."""
    pages = before + length
    read, reason = walked(circle(before, length, by), 1_000_000)
    assert "the same records again" in reason
    assert read <= 6 + 4 * pages


def test_the_first_page_over_and_over_is_noticed_at_once() -> None:
    """A proxy that drops the cursor costs six requests, also where a record of the page changes now and then."""
    assert walked(itertools.repeat(a_page(0)), 100)[0] == 6
    changing = ([*a_page(0)[1:], {"id": 0, "seen": number}] for number in itertools.count())
    assert walked(changing, 100)[0] == 6


def test_empty_pages_without_end_are_noticed() -> None:
    """Twenty of them in a row, also between pages that bring nothing new, but not between pages that do."""
    assert walked(itertools.repeat([]), 100) == (20, "20 pages in a row were empty")
    between = itertools.chain.from_iterable(zip(itertools.repeat([]), itertools.repeat(a_page(0)), strict=False))
    assert walked(between, 100)[0] == 12
    sparse = (a_page(number) if number % 20 == 0 else [] for number in itertools.count())
    assert walked(sparse, 1000) == (1000, "")


def _shifted() -> Iterator[Page]:
    return (records(range(number * 10, number * 10 + SIZE)) for number in itertools.count())


def _shuffled() -> Iterator[Page]:
    random = Random(1)  # noqa: S311 - it hides nothing
    return (random.sample(a_page(number), SIZE) for number in itertools.count())


def _mostly_repeated() -> Iterator[Page]:
    return (records([*range(number, number + 5), number + 10_000]) for number in itertools.count())


def _equal_within_a_page() -> Iterator[Page]:
    return ([{"id": number}] * SIZE for number in itertools.count())


def _states_of_few() -> Iterator[Page]:
    return ([{"id": each, "updatedAt": number} for each in range(5)] for number in itertools.count())


def _now_and_then() -> Iterator[Page]:
    return (a_page(0) if number % 5 else a_page(number) for number in itertools.count(1))


@pytest.mark.parametrize(
    "honest", [_shifted, _shuffled, _mostly_repeated, _equal_within_a_page, _states_of_few, _now_and_then]
)
def test_honest_pages_go_on(honest: Callable[[], Iterator[Page]]) -> None:
    """Pages that repeat a part, or hold one record often, or few records that change all the time, lead on."""
    assert walked(honest(), 5000) == (5000, "")


def _large(start: int, changed: int = 0) -> list[dict[str, str]]:
    """A page of a thousand records, of which some changed since it was read."""
    return [{"id": str(start + number), "state": str(changed * (number < 50))} for number in range(1000)]


def test_a_large_page_is_known_by_some_of_its_records() -> None:
    """The same records stand for a page wherever they are in it: circles are noticed as of small pages, and as soon."""
    walks = [
        (_large(0, turn) for turn in itertools.count()),
        (_large(0)[turn * 20 :] + _large(0)[: turn * 20] for turn in range(20)),
    ]
    for pages in walks:
        trail = Trail(None)
        reasons = (at_once(trail.following(page, f"cursor {number}")) for number, page in enumerate(pages, 1))
        assert next(number for number, reason in enumerate(reasons, 1) if reason) == 6
    trail = Trail(None)
    assert not any(at_once(trail.following(_large(turn * 500), f"cursor {turn}")) for turn in range(100))


def test_a_cursor_that_comes_again_is_noticed_at_any_distance() -> None:
    """The last ten thousand are known, and of a longer circle one of them."""
    trail = Trail("first")
    assert trail.comes_again("first")
    trail = Trail(None)
    cursors = itertools.cycle(map(str, range(25_000)))
    assert next(number for number, cursor in enumerate(cursors) if at_once(trail.following([number], cursor))) < 100_000


def test_memory_does_not_grow_with_the_list() -> None:
    """Of a list of four times as many pages no more is kept."""
    trail = Trail(None)
    peaks = []
    tracemalloc.start()
    for pages in (15_000, 60_000):
        tracemalloc.reset_peak()
        for number in range(pages):
            assert not at_once(trail.following([f"{pages} {number}", number + pages], f"{pages} {number}"))
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert peaks[1] < peaks[0] * 2

"""Status and heartbeats: what monitors read beside the collector."""

from datetime import timedelta

from s1ecs import masking
from s1ecs.state.checkpoints import REREAD, Commit, DeliveryCounts
from s1ecs.state.heartbeats import ConsoleClock, Life, Run, StreamProgress, TokenExpiry
from s1ecs.state.state import State
from s1ecs.state.status import Key, LastPoll, PollNote

from .kinds import NOW, WALK, Kind

KEY = Key("one", "alert")


async def test_an_empty_state(kind: Kind) -> None:
    """Before the first collect there is nothing to read, and that is no error."""
    readable = kind.readable()
    assert (readable.polls(), readable.life()) == ({}, Life())
    assert (list(readable.consoles()), readable.collected_consoles()) == ([], frozenset())


async def test_a_poll_is_noted(state: State, kind: Kind) -> None:
    """The last note counts; a poll that saw no time keeps the newest one of before."""
    await state.status.note(WALK, PollNote("1", "ok", "", "2026-01-31"))
    await state.status.note(WALK, PollNote("2", "failed", "no answer", None))
    assert kind.readable().polls() == {KEY: LastPoll("2", "failed", "no answer", 0, "2026-01-31")}


async def test_commits_count_documents(state: State, kind: Kind) -> None:
    """Documents and refusals add up, before the first poll ended and after it."""
    await state.checkpoints.commit(WALK, Commit({}, counts=DeliveryCounts(3, 1, "1")))
    assert kind.readable().polls() == {KEY: LastPoll("1", "never polled", "", 3, None, 0, 1)}
    await state.status.note(WALK, PollNote("2", "ok", "", None))
    await state.checkpoints.commit(WALK, Commit({}, counts=DeliveryCounts(2, 0, "3")))
    await state.checkpoints.commit(WALK, Commit({}))
    assert kind.readable().polls() == {KEY: LastPoll("2", "ok", "", 5, None, 0, 1)}


async def test_progress(state: State, kind: Kind) -> None:
    """A saved step and a poll without trouble are signs of life; a failed poll and a backfill are none."""
    await state.status.note(WALK, PollNote("1", "failed", "no", None))
    await state.checkpoints.commit(WALK._replace(walk="backfill"), Commit({}))
    assert kind.readable().life().progress == {}
    await state.checkpoints.commit(WALK._replace(walk=REREAD), Commit({}))
    assert kind.readable().life().progress == {KEY: StreamProgress(None, NOW)}
    await state.status.note(WALK, PollNote("1", "ok", "", None))
    assert kind.readable().life().progress == {KEY: StreamProgress(NOW, NOW)}


async def test_heartbeats(state: State, kind: Kind) -> None:
    """The last run, the tokens and the clocks come back as they were saved last."""
    run = Run("host", 7, NOW, NOW)
    await state.heartbeats.save_run(run)
    later = Run("host", 8, NOW, NOW + timedelta(seconds=10), NOW + timedelta(seconds=11))
    await state.heartbeats.save_run(later)
    tokens = {"one": TokenExpiry(NOW, NOW), "two": TokenExpiry(None, NOW)}
    for console, token in tokens.items():
        await state.heartbeats.save_token(console, token)
    await state.heartbeats.save_clock("one", ConsoleClock(1.5, NOW))
    assert await state.heartbeats.tokens() == tokens
    assert kind.readable().life() == Life(later, {}, tokens, {"one": ConsoleClock(1.5, NOW)})


async def test_reasons_hold_no_secret(state: State, kind: Kind) -> None:
    """A token that is known to be secret is masked before the reason is kept."""
    masking.hide(["a-very-secret-token"])
    try:
        await state.status.note(WALK, PollNote("1", "failed", "no a-very-secret-token", None))
    finally:
        masking.masked.forget()
    assert kind.readable().polls()[KEY].reason.startswith("no ")
    assert "a-very-secret-token" not in kind.readable().polls()[KEY].reason

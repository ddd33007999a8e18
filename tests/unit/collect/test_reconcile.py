"""Reconciling: what counts as missing, what is only due, what is no proof, and what a repair gives to whom."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from s1ecs.collect.feed import Feed
from s1ecs.collect.period import Period
from s1ecs.collect.poll import poll
from s1ecs.collect.reconcile.reconcile import Comparison, reconcile
from s1ecs.errors import OutputError, ServerTrouble
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.outputs.output import Capabilities, LookupMode
from s1ecs.outputs.store import Store
from s1ecs.records import settled_record
from s1ecs.state.sqlite.poll_status import read_polls
from s1ecs.state.sqlite.transaction import connection_of
from s1ecs.state.status import Key

from .conftest import NOW, FeedOf, RecordingOutput, ScriptedConsole, alert
from .lists import ListConsole
from .test_per_item import events, threat

PERIOD = Period(NOW - timedelta(hours=12), NOW)


@dataclass
class AskedOutput(RecordingOutput):
    """An output that can be asked what it holds; `lost` are ids that it no longer has."""

    lost: list[str] = field(default_factory=list)

    capabilities: Capabilities = field(default_factory=lambda: Capabilities(lookup=LookupMode.IDS, refuses=True))

    async def present(
        self, _console: str, _namespace: str, _stream: str, ids: Sequence[str], *, for_now: bool = False
    ) -> frozenset[str]:
        """Those that it was given and did not lose."""
        del for_now
        return frozenset(ids) & frozenset(self.delivered) - frozenset(self.lost)


async def two(*_: object) -> int:
    """The console's own count."""
    return 2


def activity(identity: str) -> dict[str, Any]:
    """An activity of the morning."""
    return {"id": identity, "createdAt": "2026-01-02T03:00:00.000000Z", "updatedAt": "2026-01-02T03:00:00.000000Z"}


async def found(feed: Feed, *, repairs: bool = False) -> Comparison:
    """What the one piece of the period comes to."""
    [finding] = [each async for each in reconcile(feed, PERIOD, asyncio.Event(), repairs=repairs)]
    return finding


async def collected(feed: Feed, console: ScriptedConsole, *alerts: dict[str, Any]) -> None:
    """Collect these alerts."""
    console.script = [list(alerts)]
    [outcome] = await poll(feed, asyncio.Event(), lambda *_: None)
    assert outcome.error is None


def asked(feed: Feed) -> tuple[Feed, AskedOutput]:
    """The feed with an output that can be asked."""
    output = AskedOutput(name="asked")
    return replace(feed, outputs=(output,)), output


async def test_all_that_was_collected_is_held(feed: Feed, console: ScriptedConsole) -> None:
    """Where the output has all that the console has, the finding is sound."""
    feed, _ = asked(feed)
    await collected(feed, console, alert("1", "03:00"), alert("2", "04:00"))
    console.reread = [alert("1", "03:00"), alert("2", "04:00")]
    finding = await found(feed)
    assert finding.sound
    assert (finding.read, finding.held["asked"], finding.missing) == (2, 2, {"asked": []})


async def test_earlier_state_hides_nothing(feed: Feed, console: ScriptedConsole) -> None:
    """An output with as many documents as the console has records still lacks the state that it lacks."""
    feed, output = asked(feed)
    await collected(feed, console, alert("1", "03:00"), alert("2", "04:00"))
    changed = alert("1", "03:00")
    changed["alertInfo"]["updatedAt"] = "2026-01-02T05:00:00Z"
    console.reread = [changed, alert("2", "04:00")]
    finding = await found(feed)
    assert finding.missing == {"asked": [feed.mapper.identify(settled_record(changed))]}
    assert len(output.delivered) == finding.read == 2


async def test_change_of_this_moment_is_due(feed: Feed, console: ScriptedConsole) -> None:
    """What changed so lately that no poll had to bring it is not missing; once delivered and lost, it is."""
    feed, output = asked(feed)
    late = alert("9", "11:59")
    console.reread = [late]
    finding = await found(feed)
    assert (finding.sound, finding.due, finding.read) == (True, 1, 1)
    await collected(feed, console, late)
    output.lost = list(output.delivered)
    finding = await found(feed)
    assert (finding.sound, finding.due) == (False, 0)


async def test_repair_gives_to_whom_it_lacks(feed: Feed, console: ScriptedConsole, store: Store) -> None:
    """Of two outputs the one that lost a document gets it, under the same id; the other gets nothing."""
    feed, output = asked(feed)
    feed = replace(feed, outputs=(output, store))
    await collected(feed, console, alert("1", "03:00"), alert("2", "04:00"))
    console.reread = [alert("1", "03:00"), alert("2", "04:00")]
    [first, _] = output.delivered
    await feed.state.run(
        lambda store: connection_of(store).execute("DELETE FROM documents WHERE id = ?", (first,)).rowcount
    )
    assert (await found(feed)).missing == {"asked": [], "store": [first]}
    finding = await found(feed, repairs=True)
    assert finding.sound
    assert finding.repaired == {"store": 1}
    assert len(output.delivered) == 2
    rows = await feed.state.run(lambda store: connection_of(store).execute("SELECT id FROM documents").fetchall())
    assert {row[0] for row in rows} == set(output.delivered)


async def test_refused_document_stays_missing(feed: Feed, console: ScriptedConsole, tmp_path: Path) -> None:
    """A document that the output refuses is missing still, lies among the dead letters, and is counted as refused."""
    feed, output = asked(feed)
    output.refuses = ["1"]
    console.reread = [alert("1", "03:00")]
    finding = await found(feed, repairs=True)
    assert not finding.sound
    assert len(finding.missing["asked"]) == 1
    assert finding.repaired["asked"] == 0
    assert [letter.id for letter in DeadLetterFiles(tmp_path).read("alert")] == finding.missing["asked"]
    assert read_polls(tmp_path)[Key("default", "alert")].refused == 1


async def test_repair_that_fails_at_one_output_is_remembered_nowhere(feed: Feed, console: ScriptedConsole) -> None:
    """Where the second output takes nothing, the next poll brings the document to it, and the first one keeps one."""
    first, second = AskedOutput(name="first"), AskedOutput(name="second", failure=OutputError("down"))
    feed = replace(feed, outputs=(first, second))
    console.reread = [alert("1", "03:00")]
    assert isinstance((await found(feed, repairs=True)).error, OutputError)
    assert len(first.delivered) == 1
    second.failure = None
    await collected(feed, console, alert("1", "03:00"))
    assert second.delivered == first.delivered[:1]


async def test_repair_beside_an_output_that_cannot_be_asked_hides_nothing_from_it(
    feed: Feed,
    console: ScriptedConsole,
    output: RecordingOutput,
    store: Store,
) -> None:
    """What a repair gave to the store comes to the other output with the next poll."""
    feed = replace(feed, outputs=(store, output))
    console.reread = [alert("1", "03:00")]
    assert (await found(feed, repairs=True)).repaired == {"store": 1}
    assert output.ids == []
    await collected(feed, console, alert("1", "03:00"))
    assert output.ids == ["1"]


async def test_repair_of_all_outputs_is_known_to_the_next_poll(
    feed: Feed, console: ScriptedConsole, store: Store
) -> None:
    """What every output was given the live walk brings no more."""
    first, second = AskedOutput(name="first"), AskedOutput(name="second")
    feed = replace(feed, outputs=(first, second, store))
    console.reread = [alert("1", "03:00")]
    assert (await found(feed, repairs=True)).sound
    await collected(feed, console, alert("1", "03:00"))
    assert (len(first.delivered), len(second.delivered)) == (1, 1)


async def test_fewer_records_than_the_console_counts_are_no_proof(
    feed: Feed, console: ScriptedConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A finding that read less than the console's own total is unsound though nothing of it is missing."""
    feed, _ = asked(feed)
    await collected(feed, console, alert("1", "03:00"))
    console.reread = [alert("1", "03:00")]
    monkeypatch.setattr("s1ecs.collect.strategies.by_time.list_total", two)
    finding = await found(feed)
    assert (finding.total, finding.read, finding.missing) == (2, 1, {"asked": []})
    assert not finding.sound


async def test_document_too_many_hides_no_loss(
    feed_of: FeedOf,
    lists: ListConsole,
    monkeypatch: pytest.MonkeyPatch,
    store: Store,
) -> None:
    """As many activities in the store as the console counts prove nothing: ids are compared."""
    feed = replace(feed_of("activity"), outputs=(store,))
    lists.lists["/activities"] = [activity("1"), activity("2")]
    await poll(feed, asyncio.Event(), lambda *_: None)
    lists.lists["/activities"] = [activity("1"), activity("3")]
    monkeypatch.setattr("s1ecs.collect.strategies.by_time.list_total", two)
    finding = await found(feed)
    assert finding.read == 2
    assert finding.missing == {"store": [feed.mapper.identify(settled_record(activity("3")))]}


async def test_stop_before_a_piece_is_told(feed: Feed, console: ScriptedConsole) -> None:
    """A reconcile that was stopped says so in its last finding, and asks for nothing more."""
    feed, _ = asked(feed)
    stop = asyncio.Event()
    stop.set()
    [finding] = [each async for each in reconcile(feed, PERIOD, stop, repairs=False)]
    assert finding.stopped
    assert not finding.sound
    assert console.asked == []


async def test_everything_that_is_read_again_is_due_until_then(feed: Feed, console: ScriptedConsole) -> None:
    """Where all is read again, at each re-read's interval, a change since the last one is due, not missing."""
    feed, _ = asked(replace(feed, pace=replace(feed.pace, reread=None)))
    console.reread = [alert("1", "11:30")]
    finding = await found(feed)
    assert (finding.due, finding.sound) == (1, True)


async def test_trouble_of_the_console_is_no_proof(feed: Feed, feed_of: FeedOf, lists: ListConsole) -> None:
    """An item whose call fails makes the finding unsound, whatever else was held."""
    feed, _ = asked(feed_of("threat_event"))
    lists.lists["/threats"] = [threat("1", "06:00"), threat("2", "07:00")]
    events(lists, "1", 2)
    lists.failures["/threats/2/explore/events"] = [ServerTrouble("down")]
    finding = await found(feed)
    assert finding.unread == 1
    assert not finding.sound

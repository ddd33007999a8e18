from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from s1ecs.respond.item_lists import BLOCKLIST, INDICATORS
from s1ecs.respond.trackers import Subject, Tracker
from s1ecs.respond.trackers.field import FieldTracker, ScanTracker
from s1ecs.respond.trackers.files import FetchedFileTracker, ThreatFile
from s1ecs.respond.trackers.network import NetworkTracker
from s1ecs.respond.trackers.script import ScriptTracker
from s1ecs.respond.trackers.state import S, read_state
from s1ecs.respond.trackers.threats import MitigationTracker
from s1ecs.respond.trackers.traces import ListTracker

ID = "225494730938493804"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ISOLATE = NetworkTracker(
    "disconnected", "disconnecting", "connected", ordered=61, done=(1001,), undone=(62, 1002), failed=(2010,)
)
RELEASE = NetworkTracker("connected", "connecting", "disconnected", ordered=62, done=(1002,), undone=(61, 1001))


def _begun(follower: Tracker[S], *before: Any, **arguments: Any) -> S:
    return follower.begin(Subject(ID, arguments, "our-id"), NOW, list(before))


def _activity(number: int, kind: int, **data: Any) -> dict[str, Any]:
    return {"id": str(number), "activityType": kind, "primaryDescription": f"said {kind}", "data": data}


def _agent(network: str) -> list[dict[str, str]]:
    return [{"networkStatus": network}]


def test_isolation_by_activities() -> None:
    """An activity that was there before is none of ours; a new one ends it, well or badly."""
    old = [_activity(1, 1001), _activity(2, 2010)]
    state = _begun(ISOLATE, old)
    assert ISOLATE.next(state, [old, _agent("connected")]).outcome is None
    done = ISOLATE.next(state, [[*old, _activity(3, 1001)], _agent("disconnecting")]).outcome
    failed = ISOLATE.next(state, [[*old, _activity(3, 2010)], _agent("connected")]).outcome
    assert done is not None
    assert failed is not None
    assert (done.status, done.details["activity"], failed.status, failed.reason) == ("done", "3", "failed", "said 2010")


@pytest.mark.parametrize("network", ["connected", "connecting", None])
def test_an_activity_against_the_word_of_the_agent(network: str | None) -> None:
    """Where the agent itself says otherwise, an activity that somebody else may have caused makes nothing done."""
    turn = ISOLATE.next(_begun(ISOLATE, []), [[_activity(3, 1001)], [{"networkStatus": network}]])
    assert (turn.outcome, turn.seen) == (None, False)
    assert "said 1001" in turn.note


def test_isolation_by_the_agent() -> None:
    """Without any activity the agent's own word suffices; on the way it is a trace that the order was taken."""
    state = _begun(ISOLATE, None)
    turn = ISOLATE.next(state, [None, [{"networkStatus": "disconnecting"}]])
    assert (turn.outcome, turn.seen) == (None, True)
    assert not ISOLATE.next(state, [[], [{"networkStatus": "connected"}]]).seen
    outcome = ISOLATE.next(state, [None, [{"networkStatus": "disconnected"}]]).outcome
    assert outcome is not None
    assert outcome.status == "done"


@pytest.mark.parametrize(
    ("kinds", "superseded"),
    [
        # Carried out, and undone; ordered by somebody else after ours; neither.
        ((61, 1001, 62, 1002), True),
        ((61, 62), True),
        ((61, 1001, 1002), True),
        ((61, 1002), False),
        ((62, 61), False),
        ((61,), False),
    ],
)
def test_isolation_that_somebody_else_ended(kinds: tuple[int, ...], *, superseded: bool) -> None:
    """An order of the opposite after ours, or its end after ours, explains why the host is on the network again."""
    shown = [_activity(10 + place, kind) for place, kind in enumerate(kinds)]
    outcome = ISOLATE.next(_begun(ISOLATE, []), [shown, _agent("connected")]).outcome
    assert (outcome is not None and outcome.status == "superseded") is superseded
    back = ISOLATE.next(_begun(ISOLATE, []), [shown, _agent("disconnected")]).outcome
    assert back is not None
    assert back.status == "done"


def test_the_end_of_an_isolation_told_late_undoes_no_release() -> None:
    """A release that was sent before the host reported its isolation is not undone by that report."""
    shown = [_activity(10, 62), _activity(11, 1001)]
    turn = RELEASE.next(_begun(RELEASE, []), [shown, _agent("disconnected")])
    assert turn.outcome is None
    done = RELEASE.next(turn.state, [[*shown, _activity(12, 1002)], _agent("connected")]).outcome
    assert done is not None
    assert done.status == "done"


def test_clocks_may_differ() -> None:
    """Activities are asked for from an hour before the request on, since the console's clock may run far ahead."""
    [activities, _] = ISOLATE.reads(_begun(ISOLATE, []))
    assert activities.params["createdAt__gte"] == "2026-01-31T11:00:00Z"
    assert activities.params["agentIds"] == ID


def test_a_file_is_that_of_our_order() -> None:
    """Of orders and uploads at the same time those count that belong to our user and to the batch of our order."""
    follower = FetchedFileTracker()
    state = _begun(follower, [_activity(1, 81, commandBatchUuid="old")], {"id": "me"})
    others = {**_activity(2, 81, commandBatchUuid="theirs"), "userId": "them"}
    ours = {**_activity(3, 81, commandBatchUuid="ours"), "userId": "me"}
    uploads = [_activity(4, 80, commandBatchUuid="theirs", downloadUrl="/agents/1/uploads/4")]
    turn = follower.next(state, [[others, ours, *uploads]])
    assert (turn.outcome, turn.seen) == (None, True)
    uploads.append(_activity(5, 80, commandBatchUuid="ours", downloadUrl="/agents/1/uploads/5"))
    outcome = follower.next(turn.state, [[others, ours, *uploads]]).outcome
    assert outcome is not None
    assert outcome.file == {"upload": "/agents/1/uploads/5", "activity": "5"}


def test_the_order_of_another_user_alone() -> None:
    """As long as only the order of somebody else is shown, nothing is ours, whatever was uploaded for it."""
    follower = FetchedFileTracker()
    state = _begun(follower, [], {"id": "me"})
    others = {**_activity(2, 81, commandBatchUuid="theirs"), "userId": "them"}
    upload = _activity(4, 80, commandBatchUuid="theirs", downloadUrl="/agents/1/uploads/4")
    turn = follower.next(state, [[others, upload]])
    assert (turn.outcome, turn.seen) == (None, False)


def test_two_orders_of_one_user() -> None:
    """An upload that our password did not open is passed over for the next one of our user's orders."""
    follower = FetchedFileTracker()
    state = _begun(follower, [], {"id": "me"})
    shown = []
    for number, batch in ((2, "first"), (4, "second")):
        shown.append({**_activity(number, 81, commandBatchUuid=batch), "userId": "me"})
        shown.append(_activity(number + 1, 80, commandBatchUuid=batch, downloadUrl=f"/agents/1/uploads/{number + 1}"))
    places = [
        outcome and outcome.file and outcome.file["activity"]
        for others in ([], ["3"], ["3", "5"])
        for outcome in [follower.next(replace(state, others=tuple(others)), [shown]).outcome]
    ]
    assert places == ["3", "5", None]
    assert not follower.next(replace(state, others=("3", "5")), [shown]).seen


def test_the_file_of_a_threat_that_another_asked_for() -> None:
    """An upload of the threat that our password did not open is passed over."""
    follower = ThreatFile()
    state = _begun(follower, [])
    shown = [_activity(5, 86, downloadUrl="/agents/1/uploads/5"), _activity(6, 86, downloadUrl="/agents/1/uploads/6")]
    outcome = follower.next(replace(state, others=("5",)), [shown]).outcome
    assert outcome is not None
    assert outcome.file == {"upload": "/agents/1/uploads/6", "activity": "6"}


def test_an_upload_without_an_address() -> None:
    """An upload that names nothing to download is a failure."""
    follower = ThreatFile()
    outcome = follower.next(_begun(follower, []), [[_activity(5, 86)]]).outcome
    assert outcome is not None
    assert (outcome.status, outcome.file) == ("failed", None)


@pytest.mark.parametrize(
    ("task", "status", "reason"),
    [
        ({"status": "in_progress"}, None, ""),
        ({"status": "partially_completed"}, None, ""),
        (
            {"status": "completed", "detailedStatus": "terminated in failure", "statusCode": 3},
            "done",
            "the task completed and reports: terminated in failure (code 3)",
        ),
        ({"status": "completed", "statusCode": 0}, "done", "the task completed"),
        ({"status": "failed", "detailedStatus": "no such file"}, "failed", "failed: no such file"),
        ({"status": "expired", "statusDescription": "too late"}, "failed", "expired: too late"),
        ({"status": "canceled", "statusDescription": {"any": "thing"}}, "failed", "canceled"),
        ({"status": "brand_new"}, "failed", "unknown status 'brand_new' of the task"),
    ],
)
def test_tasks_of_scripts(task: dict[str, Any], status: str | None, reason: str) -> None:
    """Each status of a task is running, done or failed, and what the console says of it is the reason."""
    follower = ScriptTracker()
    state = replace(_begun(follower), parent="7")
    [read] = follower.reads(state)
    assert read.params["parentTaskId__in"] == "7"
    outcome = follower.next(state, [[{"id": "8", "agentId": ID, **task}]]).outcome
    assert (outcome and outcome.status) == status
    assert (outcome.reason if outcome else "") == reason


def test_a_result_is_fetched_where_there_is_one() -> None:
    """Only a task with a signature of its results has a file; no task yet is one that waits."""
    follower = ScriptTracker()
    state = replace(_begun(follower), parent="7")
    assert follower.next(state, [[]]).outcome is None
    for signature, file in (("abc", {"task": "8"}), (None, None)):
        task = {"id": "8", "agentId": ID, "status": "completed", "scriptResultsSignature": signature}
        outcome = follower.next(state, [[task]]).outcome
        assert outcome is not None
        assert outcome.file == file


def test_a_task_is_known_by_our_id() -> None:
    """Where no answer named the task, it is the one whose description holds the id of the action."""
    follower = ScriptTracker()
    others = {"id": "1", "parentTaskId": "2", "description": "s1ecs processes, action other", "status": "completed"}
    assert not follower.next(_begun(follower), [[others]]).seen
    ours = {"id": "8", "parentTaskId": "7", "description": "s1ecs processes, action our-id", "status": "completed"}
    turn = follower.next(_begun(follower), [[others, ours]])
    assert (turn.state.parent, turn.seen) == ("7", True)


def test_an_earlier_mitigation_is_not_ours() -> None:
    """A mitigation of the same kind that was there before ends nothing; its next state does."""
    follower = MitigationTracker()
    old = [{"mitigationStatus": [{"action": "kill", "status": "success", "mitigationEndedAt": "2026-01-01"}]}]
    state = _begun(follower, old, mitigation="kill")
    assert follower.next(state, [old]).outcome is None
    sent = follower.next(state, [[{"mitigationStatus": [{"action": "kill", "status": "sent"}]}]])
    assert (sent.outcome, sent.seen) == (None, True)
    outcome = follower.next(sent.state, [old]).outcome
    assert outcome is not None
    assert outcome.status == "done"


def test_a_scan_after_a_scan() -> None:
    """A scan that had finished before is not the one that was ordered; a later end is."""
    follower = ScanTracker(done="finished", failed="aborted")
    before = [{"scanStatus": "finished", "scanFinishedAt": "2026-01-01"}]
    state = _begun(follower, before)
    assert not follower.next(state, [before]).seen
    outcome = follower.next(state, [[{"scanStatus": "finished", "scanFinishedAt": "2026-01-31"}]]).outcome
    assert outcome is not None
    assert outcome.status == "done"


def test_the_state_of_the_last_scan_is_not_told_as_this_ones() -> None:
    """While a scan has not begun, what is told is that, not how the scan before it ended."""
    follower = ScanTracker(done="finished", failed="aborted")
    before = [{"scanStatus": "finished", "scanFinishedAt": "2026-01-01"}]
    state = _begun(follower, before, [_activity(1, 92)])
    assert follower.next(state, [before, [_activity(1, 92)]]).note == (
        "the console does not show the scan yet; the previous scan is finished"
    )


def test_a_scan_by_its_activities() -> None:
    """Where the record of the agent stays behind, new activities tell how far the scan is, and its end."""
    follower = ScanTracker(done="finished", failed="aborted")
    record = [{"scanStatus": "finished", "scanFinishedAt": "2026-01-01"}]
    state = _begun(follower, record, [_activity(1, 92)])
    began = follower.next(state, [record, [_activity(1, 92), _activity(2, 90)]])
    assert (began.outcome, began.seen, began.note) == (None, True, "the scan is started")
    for kind, status in ((92, "done"), (91, "failed")):
        outcome = follower.next(began.state, [record, [_activity(2, 90), _activity(3, kind)]]).outcome
        assert outcome is not None
        assert outcome.status == status


def test_a_scan_ordered_while_another_ends() -> None:
    """The end of the scan that ran when this one was ordered is not its own; that of the next one is."""
    follower = ScanTracker(done="finished", failed="aborted")
    running = [{"scanStatus": "started", "scanStartedAt": "2026-01-01"}]
    state = _begun(follower, running, [_activity(1, 90)])
    ended = [{"scanStatus": "aborted", "scanStartedAt": "2026-01-01", "scanAbortedAt": "2026-01-31"}]
    turn = follower.next(state, [ended, [_activity(1, 90), _activity(2, 91)]])
    assert (turn.outcome, turn.seen) == (None, False)
    own = [{"scanStatus": "finished", "scanStartedAt": "2026-01-31", "scanFinishedAt": "2026-01-31"}]
    outcome = follower.next(turn.state, [own, [_activity(2, 91), _activity(3, 90), _activity(4, 92)]]).outcome
    assert outcome is not None
    assert outcome.status == "done"


def test_states_of_an_older_version_go_on() -> None:
    """What an older version kept of a scan, an isolation and a list is followed by this one."""
    scan = ScanTracker(done="finished", failed="aborted")
    kept = read_state(
        scan.state_type, {"id": ID, "was": "none", "times": {}, "since": "2026-01-31T11:00:00Z", "began": False}
    )
    assert kept is not None
    assert len(scan.reads(kept)) == 2
    turn = scan.next(kept, [[{"scanStatus": "none"}], [_activity(1, 92)]])
    assert turn.outcome is None
    assert scan.next(kept, [[{"scanStatus": "finished", "scanFinishedAt": "2026-01-31"}], []]).outcome is not None
    network = read_state(ISOLATE.state_type, {"id": ID, "since": "2026-01-31T11:00:00Z", "known": ["1"]})
    assert network is not None
    assert ISOLATE.next(network, [[_activity(1, 1001)], _agent("disconnected")]).outcome is not None
    listed = ListTracker(BLOCKLIST)
    items = read_state(listed.state_type, {"value": SHA256, "scope": {"tenant": "true"}, "os": ["linux"], "was": []})
    assert items is not None
    assert listed.next(items, [[{"sha256Value": SHA256, "osType": "linux"}]]).outcome is not None
    assert [read.params["tenant"] for read in listed.reads(items)] == ["true"]


def test_the_newest_mitigation_counts() -> None:
    """Of several mitigations of one kind the one that began last is ours, wherever it stands."""
    follower = MitigationTracker()
    old = {"action": "kill", "status": "success", "mitigationStartedAt": "2026-01-01T00:00:00Z"}
    newest = {"action": "kill", "status": "failed", "mitigationStartedAt": "2026-01-31T12:00:00Z"}
    state = _begun(follower, [{"mitigationStatus": [old]}], mitigation="kill")
    for shown in ([old, newest], [newest, old]):
        outcome = follower.next(state, [[{"mitigationStatus": shown}]]).outcome
        assert outcome is not None
        assert outcome.status == "failed"


def test_no_agent_is_no_change_of_a_scan() -> None:
    """An empty list tells nothing of a scan, and makes the end of an older one no end of ours."""
    follower = ScanTracker(done="finished", failed="aborted")
    before = [{"scanStatus": "finished", "scanFinishedAt": "2026-01-01"}]
    turn = follower.next(_begun(follower, before), [[]])
    assert not turn.seen
    began = follower.next(turn.state, [[{"scanStatus": "started", "scanStartedAt": "2026-01-31"}]])
    assert began.seen
    assert follower.next(began.state, [before]).outcome is None


def test_a_hash_for_several_systems() -> None:
    """What was there before for a system tells nothing of that one, and all of another."""
    follower = ListTracker(BLOCKLIST)
    before, after = (
        [{"value": "a", "osType": system} for system in systems] for systems in (["linux"], ["linux", "macos"])
    )
    state = _begun(follower, before, value="A", scope_query={}, os=["linux", "macos", "windows"])
    found = {
        system: follower.next(replace(state, os=(system,)), [after]).outcome is not None
        for system in ("linux", "macos", "windows")
    }
    assert found == {"linux": False, "macos": True, "windows": False}


SHA256 = "ab" * 32


def test_a_sha256_is_looked_for_under_its_own_key() -> None:
    """An item by SHA-256 has no `value`, and no filter finds it: the newest items are read, and held against it."""
    follower = ListTracker(BLOCKLIST)
    state = _begun(follower, [], value=SHA256, scope_query={"tenant": "true"}, os=["linux"])
    [read] = follower.reads(state)
    assert (read.params["sortBy"], read.params["sortOrder"]) == ("createdAt", "desc")
    assert not any(name.startswith("value") for name in read.params)
    item = {"value": None, "sha256Value": SHA256.upper(), "osType": "linux"}
    assert follower.next(state, [[item]]).outcome is not None
    assert follower.next(state, [[{**item, "sha256Value": "cd" * 32}]]).outcome is None


def test_items_that_are_removed_are_looked_for_by_their_ids() -> None:
    """However long the list is, whether the items are gone is asked by their ids."""
    follower = ListTracker(BLOCKLIST, gone=True)
    item = {"id": "7", "sha256Value": SHA256, "osType": "linux"}
    state = _begun(follower, [item], value=SHA256, scope_query={"tenant": "true"}, items=["7"])
    [read] = follower.reads(state)
    assert read.params["ids"] == "7"
    assert follower.next(state, [[item]]).outcome is None
    assert follower.next(state, [[]]).outcome is not None


@pytest.mark.parametrize(("kind", "same"), [("URL", False), ("DNS", True), ("IPV6", True)])
def test_an_indicator_in_other_letters(kind: str, same: bool) -> None:  # noqa: FBT001 - pytest
    """A name in capital letters is that name; a URL in capital letters is another one."""
    follower = ListTracker(INDICATORS)
    state = _begun(follower, [], value="http://x/a", scope_query={})
    turn = follower.next(state, [[{"value": "http://x/A", "type": kind}]])
    assert (turn.outcome is not None) is same


def test_all_that_is_wanted_of_a_record() -> None:
    """A field as wanted is not enough where another one was to be set with it."""
    follower = FieldTracker("/threats", "status", argument="status", also={"verdict": "verdict"})
    there = [{"status": "resolved", "verdict": "undefined"}]
    assert _begun(follower, there, status="resolved").was
    assert not _begun(follower, there, status="resolved", verdict="suspicious").was


def test_a_value_that_was_there_before_tells_nothing() -> None:
    """Where the wanted value was there already, it is no sign that a request without an answer was carried out."""
    follower = FieldTracker("/threats", "threatInfo.analystVerdict", argument="verdict")
    before = [{"threatInfo": {"analystVerdict": "suspicious"}}]
    assert follower.next(_begun(follower, before, verdict="suspicious"), [before]).outcome is None
    outcome = follower.next(_begun(follower, [], verdict="suspicious"), [before]).outcome
    assert outcome is not None
    assert outcome.status == "done"

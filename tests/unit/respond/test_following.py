from datetime import UTC, datetime
from typing import Any

import pytest

from s1ecs.respond.following import Follower, Subject
from s1ecs.respond.following.field import Field, Scan
from s1ecs.respond.following.files import FetchedFile, ThreatFile
from s1ecs.respond.following.network import Network
from s1ecs.respond.following.script import Script
from s1ecs.respond.following.threats import Mitigation
from s1ecs.respond.following.traces import Listed

ID = "225494730938493804"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ISOLATE = Network("disconnected", "disconnecting", done=(1001,), failed=(2010,))


def _begun(follower: Follower, *before: Any, **arguments: Any) -> dict[str, Any]:
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


def test_clocks_may_differ() -> None:
    """Activities are asked for from an hour before the request on, since the console's clock may run far ahead."""
    [activities, _] = ISOLATE.reads(_begun(ISOLATE, []))
    assert activities.params["createdAt__gte"] == "2026-01-31T11:00:00Z"
    assert activities.params["agentIds"] == ID


def test_a_file_is_that_of_our_order() -> None:
    """Of orders and uploads at the same time those count that belong to our user and to the batch of our order."""
    follower = FetchedFile()
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
    follower = FetchedFile()
    state = _begun(follower, [], {"id": "me"})
    others = {**_activity(2, 81, commandBatchUuid="theirs"), "userId": "them"}
    upload = _activity(4, 80, commandBatchUuid="theirs", downloadUrl="/agents/1/uploads/4")
    turn = follower.next(state, [[others, upload]])
    assert (turn.outcome, turn.seen) == (None, False)


def test_two_orders_of_one_user() -> None:
    """An upload that our password did not open is passed over for the next one of our user's orders."""
    follower = FetchedFile()
    state = _begun(follower, [], {"id": "me"})
    shown = []
    for number, batch in ((2, "first"), (4, "second")):
        shown.append({**_activity(number, 81, commandBatchUuid=batch), "userId": "me"})
        shown.append(_activity(number + 1, 80, commandBatchUuid=batch, downloadUrl=f"/agents/1/uploads/{number + 1}"))
    places = [
        outcome and outcome.file and outcome.file["activity"]
        for others in ([], ["3"], ["3", "5"])
        for outcome in [follower.next({**state, "others": others}, [shown]).outcome]
    ]
    assert places == ["3", "5", None]
    assert not follower.next({**state, "others": ["3", "5"]}, [shown]).seen


def test_the_file_of_a_threat_that_another_asked_for() -> None:
    """An upload of the threat that our password did not open is passed over."""
    follower = ThreatFile()
    state = _begun(follower, [])
    shown = [_activity(5, 86, downloadUrl="/agents/1/uploads/5"), _activity(6, 86, downloadUrl="/agents/1/uploads/6")]
    outcome = follower.next({**state, "others": ["5"]}, [shown]).outcome
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
            "the task completed, and says: terminated in failure (code 3)",
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
    follower = Script()
    state = {**_begun(follower), "parent": "7"}
    [read] = follower.reads(state)
    assert read.params["parentTaskId__in"] == "7"
    outcome = follower.next(state, [[{"id": "8", "agentId": ID, **task}]]).outcome
    assert (outcome and outcome.status) == status
    assert (outcome.reason if outcome else "") == reason


def test_a_result_is_fetched_where_there_is_one() -> None:
    """Only a task with a signature of its results has a file; no task yet is one that waits."""
    follower = Script()
    state = {**_begun(follower), "parent": "7"}
    assert follower.next(state, [[]]).outcome is None
    for signature, file in (("abc", {"task": "8"}), (None, None)):
        task = {"id": "8", "agentId": ID, "status": "completed", "scriptResultsSignature": signature}
        outcome = follower.next(state, [[task]]).outcome
        assert outcome is not None
        assert outcome.file == file


def test_a_task_is_known_by_our_id() -> None:
    """Where no answer named the task, it is the one whose description holds the id of the action."""
    follower = Script()
    others = {"id": "1", "parentTaskId": "2", "description": "s1ecs processes, action other", "status": "completed"}
    assert not follower.next(_begun(follower), [[others]]).seen
    ours = {"id": "8", "parentTaskId": "7", "description": "s1ecs processes, action our-id", "status": "completed"}
    turn = follower.next(_begun(follower), [[others, ours]])
    assert (turn.state["parent"], turn.seen) == ("7", True)


def test_an_earlier_mitigation_is_not_ours() -> None:
    """A mitigation of the same kind that was there before ends nothing; its next state does."""
    follower = Mitigation()
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
    follower = Scan(done="finished", failed="aborted")
    before = [{"scanStatus": "finished", "scanFinishedAt": "2026-01-01"}]
    state = _begun(follower, before)
    assert not follower.next(state, [before]).seen
    outcome = follower.next(state, [[{"scanStatus": "finished", "scanFinishedAt": "2026-01-31"}]]).outcome
    assert outcome is not None
    assert outcome.status == "done"


def test_the_newest_mitigation_counts() -> None:
    """Of several mitigations of one kind the one that began last is ours, wherever it stands."""
    follower = Mitigation()
    old = {"action": "kill", "status": "success", "mitigationStartedAt": "2026-01-01T00:00:00Z"}
    newest = {"action": "kill", "status": "failed", "mitigationStartedAt": "2026-01-31T12:00:00Z"}
    state = _begun(follower, [{"mitigationStatus": [old]}], mitigation="kill")
    for shown in ([old, newest], [newest, old]):
        outcome = follower.next(state, [[{"mitigationStatus": shown}]]).outcome
        assert outcome is not None
        assert outcome.status == "failed"


def test_no_agent_is_no_change_of_a_scan() -> None:
    """An empty list tells nothing of a scan, and makes the end of an older one no end of ours."""
    follower = Scan(done="finished", failed="aborted")
    before = [{"scanStatus": "finished", "scanFinishedAt": "2026-01-01"}]
    turn = follower.next(_begun(follower, before), [[]])
    assert not turn.seen
    began = follower.next(turn.state, [[{"scanStatus": "started", "scanStartedAt": "2026-01-31"}]])
    assert began.seen
    assert follower.next(began.state, [before]).outcome is None


def test_a_hash_for_several_systems() -> None:
    """What was there before for a system tells nothing of that one, and all of another."""
    follower = Listed("/restrictions", "value", {"type": "black_hash"})
    before, after = (
        [{"value": "a", "osType": system} for system in systems] for systems in (["linux"], ["linux", "macos"])
    )
    state = _begun(follower, before, value="A", scope_query={}, os=["linux", "macos", "windows"])
    found = {
        system: follower.next({**state, "os": [system]}, [after]).outcome is not None
        for system in ("linux", "macos", "windows")
    }
    assert found == {"linux": False, "macos": True, "windows": False}


@pytest.mark.parametrize(("kind", "same"), [("URL", False), ("DNS", True)])
def test_an_indicator_in_other_letters(kind: str, same: bool) -> None:  # noqa: FBT001 - pytest
    """A name in capital letters is that name; a URL in capital letters is another one."""
    follower = Listed("/threat-intelligence/iocs", "value")
    state = _begun(follower, [], value="http://x/a", scope_query={})
    turn = follower.next(state, [[{"value": "http://x/A", "type": kind}]])
    assert (turn.outcome is not None) is same


def test_all_that_is_wanted_of_a_record() -> None:
    """A field as wanted is not enough where another one was to be set with it."""
    follower = Field("/threats", "status", argument="status", also={"verdict": "verdict"})
    there = [{"status": "resolved", "verdict": "undefined"}]
    assert _begun(follower, there, status="resolved")["was"]
    assert not _begun(follower, there, status="resolved", verdict="suspicious")["was"]


def test_a_value_that_was_there_before_tells_nothing() -> None:
    """Where the wanted value was there already, it is no sign that a request without an answer was carried out."""
    follower = Field("/threats", "threatInfo.analystVerdict", argument="verdict")
    before = [{"threatInfo": {"analystVerdict": "suspicious"}}]
    assert follower.next(_begun(follower, before, verdict="suspicious"), [before]).outcome is None
    outcome = follower.next(_begun(follower, [], verdict="suspicious"), [before]).outcome
    assert outcome is not None
    assert outcome.status == "done"

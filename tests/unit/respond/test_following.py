from datetime import UTC, datetime
from typing import Any

import pytest

from s1ecs.respond.following import Follower, Subject
from s1ecs.respond.following.field import Field, Scan
from s1ecs.respond.following.files import FetchedFile, ThreatFile
from s1ecs.respond.following.network import Network
from s1ecs.respond.following.script import Script
from s1ecs.respond.following.threats import Mitigation

ID = "225494730938493804"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ISOLATE = Network("disconnected", "disconnecting", done=(1001,), failed=(2010,))


def _begun(follower: Follower, *before: Any, **arguments: Any) -> dict[str, Any]:
    return follower.begin(Subject(ID, arguments, "our-id"), NOW, list(before))


def _activity(number: int, kind: int, **data: Any) -> dict[str, Any]:
    return {"id": str(number), "activityType": kind, "primaryDescription": f"said {kind}", "data": data}


def test_isolation_by_activities() -> None:
    """An activity that was there before is none of ours; a new one ends it, well or badly."""
    old = [_activity(1, 1001), _activity(2, 2010)]
    state = _begun(ISOLATE, old)
    connected = [{"networkStatus": "connected"}]
    assert ISOLATE.next(state, [old, connected]).outcome is None
    done = ISOLATE.next(state, [[*old, _activity(3, 1001)], connected]).outcome
    failed = ISOLATE.next(state, [[*old, _activity(3, 2010)], connected]).outcome
    assert done is not None
    assert failed is not None
    assert (done.status, done.details["activity"], failed.status, failed.reason) == ("done", "3", "failed", "said 2010")


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
    """Activities are asked for from some minutes before the request by the console's own clock."""
    [activities, _] = ISOLATE.reads(_begun(ISOLATE, []))
    assert activities.params["createdAt__gte"] == "2026-01-31T11:55:00Z"
    assert activities.params["agentIds"] == ID


def test_a_file_is_that_of_our_order() -> None:
    """Of orders and uploads at the same time those count that belong to our user and to the batch of our order."""
    follower = FetchedFile()
    state = _begun(follower, [_activity(1, 81, commandBatchUuid="old")], {"id": "me"})
    others = {**_activity(2, 81, commandBatchUuid="theirs"), "userId": "them"}
    ours = {**_activity(3, 81, commandBatchUuid="ours"), "userId": "me"}
    uploads = [_activity(4, 80, commandBatchUuid="theirs", downloadUrl="/agents/1/uploads/4")]
    turn = follower.next(state, [[others, ours, *uploads]])
    assert (turn.state["batch"], turn.outcome, turn.seen) == ("ours", None, True)
    outcome = follower.next(
        turn.state, [[*uploads, _activity(5, 80, commandBatchUuid="ours", downloadUrl="/agents/1/uploads/5")]]
    ).outcome
    assert outcome is not None
    assert outcome.file == {"upload": "/agents/1/uploads/5"}


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
        ({"status": "completed", "detailedStatus": "terminated in failure"}, "done", "terminated in failure"),
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


def test_a_value_that_was_there_before_tells_nothing() -> None:
    """Where the wanted value was there already, it is no sign that a request without an answer was carried out."""
    follower = Field("/threats", "threatInfo.analystVerdict", argument="verdict")
    before = [{"threatInfo": {"analystVerdict": "suspicious"}}]
    assert follower.next(_begun(follower, before, verdict="suspicious"), [before]).outcome is None
    outcome = follower.next(_begun(follower, [], verdict="suspicious"), [before]).outcome
    assert outcome is not None
    assert outcome.status == "done"

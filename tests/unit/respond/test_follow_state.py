"""States of following as they are in databases: those without a version, written before there were any, and today's."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest

from s1ecs.errors import StateTooNew
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.json_safe import plain
from s1ecs.respond.trackers import StateUpdate, TrackerOutcome, TrackerState
from s1ecs.respond.trackers.files import FileState
from s1ecs.respond.trackers.follow_state import FollowState, NotedFile, read_follow, write_follow
from s1ecs.respond.trackers.state import read_state, write_state

HASH = "95e979551bd820befb1aa9f03c39513033e9273f"
TRACKED = [name for name, action in ACTIONS.items() if action.follower is not None]

_NETWORK = '{"id":"2254","since":"2026-01-31T11:00:00Z","known":["7"]}'
_ORDER = '{"id":"2254","since":"2026-01-31T11:00:00Z","known":["7"]}'
_SCRIPT = '{"id":"2254","parent":"","action":"our-id"}'
_SCAN = (
    '{"id":"2254","was":"finished","times":{"started":"2026-01-01","finished":"2026-01-02","aborted":null},'
    '"since":"2026-01-31T11:00:00Z","began":false,"known":["7"]}'
)
_FILE = '{"id":"2254","since":"2026-01-31T11:00:00Z","known":["7"],"user":"me","others":[]}'
_MITIGATION = (
    '{"id":"2254","mitigation":"kill","was":{"status":"success","latestReport":null,'
    '"mitigationStartedAt":"2026-01-01","mitigationEndedAt":"2026-01-01"}}'
)
_UNIFIED = '{"id":"2254","wanted":"RESOLVED","was":false}'


def _activity(number: int, kind: int, **data: Any) -> dict[str, Any]:
    return {"id": str(number), "activityType": kind, "primaryDescription": f"said {kind}", "data": data}


def _task(**more: str) -> list[dict[str, str]]:
    described = "s1ecs processes by u@m, action our-id"
    return [
        {"id": "8", "agentId": "2254", "parentTaskId": "5", "description": described, "status": "completed", **more}
    ]


def _kill(status: str) -> list[dict[str, Any]]:
    shown = {"status": status, "mitigationStartedAt": "2026-01-01", "mitigationEndedAt": "2026-01-01"}
    return [{"mitigationStatus": [{"action": "kill", "latestReport": None, **shown}]}]


def _alert(**fields: str) -> dict[str, Any]:
    return {"alerts": {"edges": [{"node": fields}]}}


_ORDERED = [_activity(8, 81, commandBatchUuid="b"), _activity(9, 80, commandBatchUuid="b", downloadUrl="/u/9")]
_OURS = [{**each, "userId": "me"} for each in _ORDERED]
_NOT_UPLOADED = "the agent has not uploaded yet"

# An action, its state as a version without versions wrote it, the answers of the next round, and what was told of them:
# the end and its reason, or None and the note.
UNVERSIONED: Sequence[tuple[str, str, list[Any], tuple[str | None, str]]] = [
    ("isolate", _NETWORK, [[_activity(8, 1001)], [{"networkStatus": "disconnected"}]], ("done", "said 1001")),
    (
        "isolate",
        _NETWORK,
        [[_activity(7, 1001)], [{"networkStatus": "connected"}]],
        (None, "the agent's network is connected, not disconnected yet"),
    ),
    ("release", _NETWORK, [[_activity(8, 1002)], [{"networkStatus": "connected"}]], ("done", "said 1002")),
    ("get-file", _FILE, [_OURS], ("done", "said 80")),
    ("get-file", _FILE, [_ORDERED], (None, "the console does not show the request yet")),
    ("get-file", _FILE.replace('"me"', "null"), [_ORDERED], ("done", "said 80")),
    ("get-file", _FILE.replace("[]", '["9"]'), [_OURS], (None, "the console does not show the request yet")),
    (
        "scan",
        _SCAN,
        [[{"scanStatus": "finished", "scanFinishedAt": "2026-01-31"}], []],
        ("done", "the scan is finished"),
    ),
    (
        "scan",
        _SCAN,
        [[{"scanStatus": "finished", "scanFinishedAt": "2026-01-02"}], [_activity(7, 92)]],
        (None, "the console does not show the scan yet; the previous scan is finished"),
    ),
    (
        "scan",
        _SCAN.replace("false", "true").replace('"finished","times"', '"none","times"'),
        [[{"scanStatus": "none"}], [_activity(8, 91)]],
        (None, "the scan is none"),
    ),
    (
        "abort-scan",
        (
            '{"id":"2254","was":"started","times":{"started":"2026-01-31","finished":null,"aborted":null},'
            '"since":"2026-01-31T11:00:00Z","began":false,"known":null}'
        ),
        [[{"scanStatus": "started", "scanStartedAt": "2026-01-31"}], [_activity(8, 91)]],
        (None, "the console does not show the scan yet; the previous scan is started"),
    ),
    (
        "move-group",
        '{"id":"2254","wanted":["225494730938493915"],"also":{},"was":false}',
        [[{"groupId": "225494730938493915"}]],
        ("done", "groupId is 225494730938493915"),
    ),
    ("restart", _ORDER, [[_activity(8, 74)]], ("done", "said 74")),
    ("restart", _ORDER, [[_activity(7, 74)]], (None, "no activity 74 is shown")),
    ("shutdown", _ORDER, [[_activity(8, 63)]], ("done", "said 63")),
    ("uninstall", _ORDER, [[_activity(8, 50)]], ("done", "said 50")),
    (
        "decommission",
        '{"id":"2254","wanted":[true],"also":{},"was":false}',
        [[{"isDecommissioned": True}]],
        ("done", "isDecommissioned is True"),
    ),
    ("disable-agent", _ORDER, [[_activity(8, 117)]], ("done", "said 117")),
    ("enable-agent", _ORDER, [[_activity(8, 118)]], ("done", "said 118")),
    ("processes", _SCRIPT, [_task()], ("done", "the task completed")),
    ("processes", _SCRIPT.replace('""', '"5"'), [_task(description="")], ("done", "the task completed")),
    ("kill-process", _SCRIPT, [_task(status="expired")], ("failed", "expired")),
    ("run-script", _SCRIPT, [_task(status="pending")], (None, "the task is pending")),
    ("threat mitigate", _MITIGATION, [_kill("failed")], ("failed", "kill: failed")),
    ("threat mitigate", _MITIGATION, [_kill("success")], (None, "no kill is shown yet")),
    ("threat mitigate", '{"id":"2254","mitigation":"kill","was":{}}', [_kill("success")], ("done", "kill: success")),
    (
        "threat verdict",
        '{"id":"2254","wanted":["suspicious"],"also":{},"was":true}',
        [[{"threatInfo": {"analystVerdict": "suspicious"}}]],
        (None, "threatInfo.analystVerdict is suspicious"),
    ),
    (
        "threat status",
        '{"id":"2254","wanted":["resolved"],"also":{"threatInfo.analystVerdict":"true_positive"},"was":false}',
        [[{"threatInfo": {"incidentStatus": "resolved", "analystVerdict": "undefined"}}]],
        (None, "threatInfo.incidentStatus is resolved"),
    ),
    (
        "threat note",
        '{"id":"2254","text":"case 17","known":["7"]}',
        [[{"id": "8", "text": "case 17"}]],
        ("done", "the threat has the note"),
    ),
    (
        "threat note",
        '{"id":"2254","text":"case 17","known":["7"]}',
        [[{"id": "7", "text": "case 17"}]],
        (None, "the threat does not have the note"),
    ),
    (
        "threat fetch-file",
        '{"id":"2254","since":"2026-01-31T11:00:00Z","known":["7"],"others":["8"]}',
        [[_activity(8, 86, downloadUrl="/u/8"), _activity(9, 86, downloadUrl="/u/9")]],
        ("done", "said 86"),
    ),
    (
        "threat fetch-file",
        '{"id":"2254","since":"2026-01-31T11:00:00Z","known":["7"],"others":["8"]}',
        [[_activity(7, 86, downloadUrl="/u/7"), _activity(8, 86, downloadUrl="/u/8")]],
        (None, _NOT_UPLOADED),
    ),
    (
        "alert verdict",
        '{"id":"2254","wanted":["TRUE_POSITIVE"],"also":{},"was":false}',
        [[{"alertInfo": {"analystVerdict": "TRUE_POSITIVE"}}]],
        ("done", "alertInfo.analystVerdict is TRUE_POSITIVE"),
    ),
    (
        "alert status",
        '{"id":"2254","wanted":["RESOLVED"],"also":{},"was":false}',
        [[{"alertInfo": {"incidentStatus": "IN_PROGRESS"}}]],
        (None, "alertInfo.incidentStatus is IN_PROGRESS"),
    ),
    (
        "unified-alert verdict",
        '{"id":"2254","wanted":"TRUE_POSITIVE_MALWARE","was":true}',
        [_alert(analystVerdict="TRUE_POSITIVE_MALWARE")],
        (None, "analystVerdict is TRUE_POSITIVE_MALWARE"),
    ),
    ("unified-alert status", _UNIFIED, [_alert(status="RESOLVED")], ("done", "status is RESOLVED")),
    (
        "blocklist add",
        f'{{"value":"{HASH}","scope":{{"siteIds":"1"}},"os":["macos"],"items":[],"was":["linux"]}}',
        [[{"value": HASH, "osType": "macos"}]],
        ("done", f"{HASH} is in the list"),
    ),
    (
        "blocklist add",
        f'{{"value":"{HASH}","scope":{{"siteIds":"1"}},"os":["linux"],"items":[],"was":["linux"]}}',
        [[{"value": HASH, "osType": "linux"}]],
        (None, f"{HASH} is in the list"),
    ),
    (
        "blocklist remove",
        f'{{"value":"{HASH}","scope":{{"siteIds":"1"}},"os":[],"items":["7"],"was":[""]}}',
        [[]],
        ("done", f"{HASH} is no longer in the list"),
    ),
    (
        "ioc add",
        '{"value":"203.0.113.9","scope":{"accountIds":"1"},"os":[],"items":[],"was":[]}',
        [[{"value": "203.0.113.9", "type": "IPV4"}]],
        ("done", "203.0.113.9 is in the list"),
    ),
    (
        "ioc remove",
        '{"value":"203.0.113.9","scope":{"accountIds":"1"},"os":[],"items":["u-1"],"was":[""]}',
        [[{"uuid": "u-1", "value": "203.0.113.9", "type": "IPV4"}]],
        (None, "203.0.113.9 is in the list"),
    ),
]


def _state(name: str, data: Any) -> TrackerState:
    follower = ACTIONS[name].follower
    assert follower is not None
    state = read_state(follower.state_type, data)
    assert isinstance(state, TrackerState)
    return state


@pytest.mark.parametrize(("name", "kept", "answers", "told"), UNVERSIONED)
def test_a_state_without_a_version_goes_on(
    name: str, kept: str, answers: list[Any], told: tuple[str | None, str]
) -> None:
    """A state that an older version kept is read, asked about and judged as that version did."""
    follower = ACTIONS[name].follower
    assert follower is not None
    state = _state(name, orjson.loads(kept))
    read = orjson.loads(kept)
    about = (
        read.get("parent") or read.get("action") or "".join(read.get("items", [])) or read.get("value") or read["id"]
    )
    assert all(about in str(each) for each in follower.reads(state))
    turn = follower.next(state, answers)
    assert (turn.outcome.status, turn.outcome.reason) == told if turn.outcome else (None, turn.note) == told


@pytest.mark.parametrize("name", TRACKED)
def test_the_state_of_every_action_survives_its_json(name: str) -> None:
    """Every action with a tracker has a state of today, which is the same when it was written and read again."""
    kept = [orjson.loads(kept) for action, kept, *_ in UNVERSIONED if action == name]
    assert kept
    for each in kept:
        state = _state(name, each)
        written = write_state(state)
        # Of a threat's file it was not kept whose order it is.
        also = {"user": None} if isinstance(state, FileState) else {}
        assert written == {**also, **each, "version": 1}
        assert _state(name, orjson.loads(orjson.dumps(plain(written)))) == state


@pytest.mark.parametrize("name", TRACKED)
def test_keys_of_a_state_that_are_unknown_or_missing(name: str) -> None:
    """An unknown key is ignored; a state without what its tracker asks for is none, and is not asked about."""
    kept = next(orjson.loads(kept) for action, kept, *_ in UNVERSIONED if action == name)
    assert _state(name, {**kept, "later": 1}) == _state(name, kept)
    follower = ACTIONS[name].follower
    assert follower is not None
    about = "value" if "value" in kept else "id"
    for each in ({**kept, about: None}, {key: value for key, value in kept.items() if key != about}, {}, None):
        assert read_state(follower.state_type, each) is None


@pytest.mark.parametrize("name", TRACKED)
def test_a_state_of_a_later_version_is_refused(name: str) -> None:
    """What a newer s1ecs kept is not read halfway: the error names the cure."""
    kept = next(orjson.loads(kept) for action, kept, *_ in UNVERSIONED if action == name)
    follower = ACTIONS[name].follower
    assert follower is not None
    for data in ({"state": {**kept, "version": 2}}, {"version": 2, "state": kept}):
        with pytest.raises(StateTooNew, match="newer s1ecs"):
            read_follow(data, follower)


@pytest.mark.parametrize("name", TRACKED)
def test_what_the_response_tells(name: str) -> None:
    """A script's state gets the task that the response named, a list's the one value to look for; no other changes."""
    for action, kept, *_ in UNVERSIONED:
        if action == name:
            before = _state(name, orjson.loads(kept))
            changed = write_state(before.updated(StateUpdate("5", ("macos",))))
            told = {"parent": "5"} if "parent" in changed else {"os": ["macos"]} if "os" in changed else {}
            assert changed == write_state(before) | told
            assert before.updated(StateUpdate()) == before


# The `follow` of rows that a version without versions wrote: sent, without a response, with a file on its way, with a
# file that was not shown yet, at its end.
_SENT = '{"uncertain":false,"state":{"id":"2254","since":"2026-01-31T11:00:00Z","known":[]},"url":"https://hq"}'
_UNANSWERED = '{"uncertain":true,"url":"https://hq","cause":"no answer that says what became of it (503)"}'
_ON_ITS_WAY = (
    '{"uncertain":false,"password":"Yq16kt%tuD8fh1JuGAZ1","state":{"id":"2254","since":"2026-01-31T11:00:00Z",'
    '"known":[],"user":"me","others":["51"]},"url":"https://hq","outcome":{"status":"done","reason":"the agent has '
    'uploaded","details":{"commandBatchUuid":"ours","activity":"61","filename":null},"file":{"upload":'
    '"/agents/2254/uploads/6","activity":"61"}},"downloaded":{"path":"a.zip","size":113,"sha256":"23ec"}}'
)


@pytest.mark.parametrize("kept", [_SENT, _UNANSWERED, _ON_ITS_WAY, '{"password":"Yq16kt%tuD8fh1JuGAZ1"}', "{}"])
def test_a_row_without_a_version_is_kept_whole(kept: str) -> None:
    """All that an older version kept is read, and written again with the versions beside it; of nothing it is {}."""
    follower = ACTIONS["get-file" if "user" in kept else "isolate" if "state" in kept else "broadcast"].follower
    before = orjson.loads(kept)
    follow = read_follow(before, follower)
    written = write_follow(follow)
    assert read_follow(orjson.loads(orjson.dumps(plain(written))), follower) == follow
    assert "Yq16kt%tuD8fh1JuGAZ1" not in repr(follow)
    if "state" in before:
        before["state"]["version"] = 1
    assert written == ({"version": 1, "uncertain": True, **before} if before else {})


def test_a_file_on_its_way_is_read() -> None:
    """The end, the file and the password of an action whose file an older version was fetching are all there."""
    follow = read_follow(orjson.loads(_ON_ITS_WAY), ACTIONS["get-file"].follower)
    details = {"commandBatchUuid": "ours", "activity": "61", "filename": None}
    assert follow == FollowState(
        uncertain=False,
        url="https://hq",
        state=FileState("2254", "2026-01-31T11:00:00Z", (), "me", ("51",)),
        outcome=TrackerOutcome(
            "done", "the agent has uploaded", details, {"upload": "/agents/2254/uploads/6", "activity": "61"}
        ),
        downloaded=NotedFile("a.zip", 113, "23ec"),
        password="Yq16kt%tuD8fh1JuGAZ1",
    )


def test_why_a_note_failed_is_not_written() -> None:
    """The reason why the journal could not be written stays in memory."""
    follow = FollowState(uncertain=False)
    assert write_follow(replace(follow, unsaved="disk full")) == write_follow(follow)
    assert write_follow(FollowState(unsaved="disk full")) == {}

import io
import sqlite3
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, SupportsIndex

import orjson
import pytest

from s1ecs import respond
from s1ecs.errors import ActionRefused, StateTooNew, UsageError
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.run import follow
from s1ecs.respond.run.engine import resume
from s1ecs.respond.trackers.follow_state import write_follow
from tests.unit.sentinelone.conftest import (
    TOKEN,
)
from tests.unit.sentinelone.conftest import (
    console as console,  # noqa: PLC0414 - pytest finds it by its name here
)
from tests.unit.sentinelone.conftest import (
    waits as waits,  # noqa: PLC0414 - the same
)
from tests.unit.sentinelone.console import RESET, SILENCE, Console, Seen, error, raw, said

from .encrypted_zip import encrypted_zip

ID = "225494730938493804"
SITE = respond.Scope("site", "225494730938493915")
ONCE = respond.Following(patience=timedelta(0))
BASE = "/web/api/v2.1"

Answer = bytes | str


class _ByPath(list[Any]):
    """Answers by what was asked last, in place of a script."""

    def __init__(self, console: Console, answer: Callable[[Seen], Answer]) -> None:
        super().__init__()
        self._console = console
        self._answer = answer

    def pop(self, _index: SupportsIndex = 0) -> Answer:
        return self._answer(self._console.seen[-1])


@dataclass
class World:
    """A console with one host: what it is like, what is listed, and how it answers to what acts."""

    console: Console
    agent: dict[str, Any] = field(default_factory=dict)
    activities: list[dict[str, Any]] = field(default_factory=list)
    restrictions: list[dict[str, Any]] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    others: list[dict[str, Any]] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)
    acts: list[Callable[[], Answer] | Answer] = field(default_factory=list)
    reads: Answer | None = None
    refused: str = ""

    def answer(self, seen: Seen) -> Answer:
        """Answer a request."""
        path = seen.target.removeprefix(BASE).partition("?")[0]
        if seen.method != "GET":
            act = self.acts.pop(0)
            return act() if callable(act) else act
        if self.reads is not None and path != "/system/status":
            return self.reads
        if path == self.refused:
            return error(403)
        if "/uploads/" in path:
            return raw(self.uploads[path.rpartition("/")[2]])
        lists = {
            "/agents": [self.agent, *self.others] if self.agent else [],
            "/activities": self.activities,
            "/restrictions": self.restrictions,
            "/groups": [{"id": each, "name": "a group"} for each in self.groups],
        }
        return said({"data": lists.get(path, {"id": "me"}), "pagination": {"nextCursor": None, "totalItems": 0}})

    def sent(self) -> int:
        """How many requests acted."""
        return sum(seen.method != "GET" for seen in self.console.seen)

    def upload(self, number: int, batch: str, content: bytes) -> None:
        """Let our user have ordered files, and the agent have sent them."""
        place = f"/agents/{ID}/uploads/{number}"
        self.uploads[str(number)] = content
        self.activities += [
            {"id": f"{number}0", "activityType": 81, "userId": "me", "data": {"commandBatchUuid": batch}},
            {"id": f"{number}1", "activityType": 80, "data": {"commandBatchUuid": batch, "downloadUrl": place}},
        ]


@pytest.fixture
def world(console: Console) -> World:
    """A host that is online and on the network."""
    agent = {
        "id": ID,
        "computerName": "ws-1",
        "osType": "windows",
        "networkStatus": "connected",
        "isActive": True,
        "groupId": "225494730938493111",
    }
    made = World(console, agent)
    console.script = _ByPath(console, made.answer)
    return made


@pytest.fixture
async def acting(world: World, tmp_path: Path, waits: list[float]) -> AsyncIterator[respond.Console]:
    """Whoever acts there."""
    assert waits == []
    async with respond.Console(world.console.url, TOKEN, state_dir=tmp_path / "state") as made:
        yield made


def _affected(count: int = 1) -> bytes:
    return said({"data": {"affected": count}})


def _later(acting: respond.Console) -> None:
    """Let a minute pass."""
    before = acting.around.monotonic
    acting.around = replace(acting.around, monotonic=lambda: before() + 60)


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        ("isolate", {"networkStatus": "disconnected"}, "already isolated"),
        ("restart", {"isActive": False}, "the plan has changed since the preview: state"),
        ("restart", {"id": "225494730938493805"}, "the target differs"),
    ],
)
async def test_what_changed_while_somebody_thought(
    world: World, acting: respond.Console, name: str, change: dict[str, Any], why: str
) -> None:
    """A plan that waited is held against the host as it is now, and refused if it no longer is what was shown."""
    plan = await respond.make_plan(acting, ACTIONS[name], "ws-1", {})
    world.agent |= change
    _later(acting)
    result = await respond.carry_out(acting, plan, ONCE)
    assert (result.status, why in result.reason, world.sent()) == ("refused", True, 0)


async def test_activities_while_somebody_thought(world: World, acting: respond.Console) -> None:
    """What happened between the plan and the answer to the question is not taken for what the request did."""
    plan = await respond.make_plan(acting, ACTIONS["isolate"], ID, {})
    world.activities = [{"id": "7", "activityType": 2010, "primaryDescription": "another one failed"}]
    world.acts = [_affected()]
    _later(acting)
    result = await respond.carry_out(acting, plan, ONCE)
    assert (result.status, result.id) == ("pending", plan.id)


def _break_journal(folder: Path) -> None:
    with sqlite3.connect(folder / "state" / "s1ecs.db") as database:
        database.execute("CREATE TRIGGER broken BEFORE UPDATE ON actions BEGIN SELECT RAISE(ABORT, 'no'); END")
    database.close()


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("isolate", (_affected(), "done")),
        ("restart", (_affected(0), "failed")),
        ("restart", (_affected(), "done")),
        ("broadcast", (RESET, "unknown")),
    ],
)
async def test_a_journal_that_fails_after_the_request(
    world: World, acting: respond.Console, tmp_path: Path, name: str, case: tuple[Answer, str]
) -> None:
    """Once a request was sent, a journal that can't be written hides neither that nor what became of it."""
    answer, status = case

    def act() -> Answer:
        _break_journal(tmp_path)
        world.agent["networkStatus"] = "disconnected"
        return answer

    world.acts = [act]
    arguments = {"message": "call us"} if name == "broadcast" else {}
    result = await respond.act(acting, name, ID, arguments, following=ONCE)
    assert result.status == status
    assert "the action was sent, but its state could not be stored" in result.reason
    assert (await (await acting.journal()).load(result.id)) is not None


@pytest.mark.parametrize(
    ("answer", "cause"), [(error(503, title="Unavailable"), "503 Unavailable"), (raw(b"<html>gone</html>"), "gone")]
)
async def test_unknown_says_why(world: World, acting: respond.Console, answer: Answer, cause: str) -> None:
    """An unknown outcome keeps what came instead of an answer: before the advice, in the details, in history."""
    world.acts = [answer]
    result = await respond.broadcast(acting, ID, "call us")
    assert result.status == "unknown"
    assert cause in result.reason.partition("before you send it again")[0]
    assert cause in result.details["cause"]
    [row] = await respond.history(acting)
    assert (row.reason, row.details) == (result.reason, result.details)


async def test_several_requests_of_which_one_has_no_answer(world: World, acting: respond.Console) -> None:
    """What was sent is looked for, and alone; what was carried out before and what was never sent is named."""
    value = "a" * 40

    def lost() -> Answer:
        world.restrictions.append({"id": "2", "value": value, "osType": "macos"})
        return RESET

    world.acts = [said({"data": [{"id": "1"}]}), lost]
    result = await respond.blocklist_add(acting, SITE, value, os=["windows", "macos", "linux"], following=ONCE)
    assert result.status == "failed"
    assert "carried out before: windows; never sent: linux" in result.reason
    assert (result.details["items"], world.sent()) == (["1"], 2)


async def test_several_requests_of_which_one_is_refused(world: World, acting: respond.Console) -> None:
    """A refusal ends the rest, and keeps the ids of what was made before it."""
    world.acts = [said({"data": [{"id": "1"}]}), error(400, title="Bad")]
    result = await respond.blocklist_add(acting, SITE, "a" * 40, os=["windows", "macos", "linux"])
    assert result.status == "failed"
    assert result.reason == "macos: rejected by the console: 400 Bad; carried out: windows; never sent: linux"
    assert result.details["items"] == ["1"]


def _zip(password: str, *names: str) -> bytes:
    return encrypted_zip({name: name.encode() for name in names}, password)


def _zips(folder: Path) -> list[Path]:
    return list(folder.glob("*.zip"))


def _password_of(seen: Seen) -> str:
    return str(orjson.loads(seen.body)["data"]["password"])


@pytest.mark.parametrize(
    ("names", "ends"),
    [
        (("a", "b"), "done: "),
        (("a",), "failed: 1 of 2 files"),
        ((), "failed: 0 of 2 files"),
        (None, "failed: the uploaded ZIP cannot be used"),
    ],
)
async def test_files_that_came(
    world: World, acting: respond.Console, tmp_path: Path, names: tuple[str, ...] | None, ends: str
) -> None:
    """It is done only where every file that was asked for is in a zip that can be read."""

    def act() -> Answer:
        password = _password_of(world.console.seen[-1])
        world.upload(5, "ours", b"PK\x03\x04 is all there is" if names is None else _zip(password, *names))
        return said({"data": {"success": True}})

    world.acts = [act]
    following = replace(ONCE, into=tmp_path)
    result = await respond.get_file(acting, ID, ["C:\\a", "C:\\b"], following=following)
    assert f"{result.status}: {result.reason}".startswith(ends)
    [row] = await respond.history(acting)
    assert (row.status, row.reason) == (result.status, result.reason)


def _partly(password: str, plain: Mapping[str, bytes], *names: str) -> bytes:
    """A zip of which some files are encrypted, and others are not."""
    made = io.BytesIO(_zip(password, *names) if names else b"")
    with zipfile.ZipFile(made, "a") as archive:
        for name, content in plain.items():
            archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("encrypted", "told"),
    [((), "NOT ENCRYPTED: "), (("b",), "NOT FULLY ENCRYPTED: anyone can open 1 of 2 files")],
)
async def test_a_zip_that_is_not_encrypted(
    world: World, acting: respond.Console, tmp_path: Path, encrypted: tuple[str, ...], told: str
) -> None:
    """It is not done, and says so loudly; a password that opens nothing is neither given nor kept."""
    word = "some" if encrypted else "none"

    def act() -> Answer:
        plain = {name: name.encode() for name in {"a", "b"} - set(encrypted)}
        world.upload(5, "ours", _partly(_password_of(world.console.seen[-1]), plain, *encrypted))
        return said({"data": {"success": True}})

    world.acts = [act]
    result = await respond.get_file(acting, ID, ["C:\\a", "C:\\b"], following=replace(ONCE, into=tmp_path))
    assert (result.status, result.details["encryption"]) == ("failed", word)
    assert told in result.reason
    assert "malware" in result.reason
    assert result.brought is not None
    assert bool(result.brought.password) is (word == "some")
    again = await respond.status(acting, result.id)
    assert again.brought is None
    assert _zips(tmp_path) == [result.brought.path]


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (("a", "x"), "C:\\b: the ZIP contains no file with this name"),
        (("C/Temp/A", "b"), ""),
        (("a", "b", "x"), ""),
    ],
)
async def test_files_are_those_that_were_asked_for(
    world: World, acting: respond.Console, tmp_path: Path, names: tuple[str, ...], why: str
) -> None:
    """As many files under other names are not those that were asked for; one more than asked for is told."""

    def act() -> Answer:
        world.upload(5, "ours", _zip(_password_of(world.console.seen[-1]), *names))
        return said({"data": {"success": True}})

    world.acts = [act]
    result = await respond.get_file(acting, ID, ["C:\\a", "C:\\b"], following=replace(ONCE, into=tmp_path))
    assert result.status == ("failed" if why else "done")
    assert why in result.reason
    assert result.brought is not None
    assert ("in the ZIP, but not requested: x" in result.brought.problems) is ("x" in names)


async def test_a_file_that_is_not_as_the_agent_noted_it(world: World, acting: respond.Console, tmp_path: Path) -> None:
    """A file whose SHA-1 is not that of the manifest is not the one that was promised."""
    manifest = orjson.dumps([{"path": "C:\\a", "sha1": "00" * 20, "reason": ""}])

    def act() -> Answer:
        password = _password_of(world.console.seen[-1])
        world.upload(5, "ours", encrypted_zip({"C/a": b"changed", "manifest.json": manifest}, password))
        return said({"data": {"success": True}})

    world.acts = [act]
    result = await respond.get_file(acting, ID, ["C:\\a"], following=replace(ONCE, into=tmp_path))
    assert result.status == "failed"
    assert "its SHA-1 differs from the one that the agent recorded" in result.reason


@pytest.mark.parametrize("comes", [True, False])
async def test_files_of_another_request(world: World, acting: respond.Console, tmp_path: Path, *, comes: bool) -> None:
    """What our password does not open is another request's: the next one is tried, and without any it failed."""

    def act() -> Answer:
        world.upload(5, "theirs", _zip("Another-1", "x", "y", "z", "manifest.json"))
        if comes:
            world.upload(6, "ours", _zip(_password_of(world.console.seen[-1]), "a"))
        return said({"data": {"success": True}})

    world.acts = [act]
    result = await respond.get_file(acting, ID, ["C:\\a"], following=replace(ONCE, into=tmp_path))
    assert result.status == ("done" if comes else "failed")
    assert result.details.get("commandBatchUuid") == ("ours" if comes else None)
    assert len(_zips(tmp_path)) == int(comes)


async def _kept(acting: respond.Console, **follow: Any) -> Entry:
    """An action that was sent by a process that is no more."""
    plan = await respond.make_plan(acting, ACTIONS["isolate"], ID, {})
    around = acting.around
    requests = tuple(request.shown for request in plan.requests)
    entry = Entry(
        "1",
        acting.name,
        "isolate",
        around.now(),
        "u",
        "m",
        "",
        plan.targets,
        requests,
        follow=write_follow(replace(plan.follow, **follow)),
    )
    await (await acting.journal()).request(entry)
    return entry


def _of_another_version(database: Path, state: Any, **more: Any) -> None:
    """Let the only row have this for the state of its tracker."""
    with sqlite3.connect(database) as rows:
        [(kept,)] = rows.execute("SELECT follow FROM actions").fetchall()
        follow = {key: value for key, value in orjson.loads(kept).items() if key != "version"}
        rows.execute("UPDATE actions SET follow = ?", (orjson.dumps({**follow, **more, "state": state}).decode(),))
    rows.close()


async def test_an_action_of_an_older_version_goes_on(world: World, acting: respond.Console, tmp_path: Path) -> None:
    """A row that has no versions yet is followed to its end: only what is new since then counts."""
    await _kept(acting, uncertain=False)
    state = {"id": ID, "since": "2026-01-31T11:00:00Z", "known": ["1"]}
    _of_another_version(tmp_path / "state" / "s1ecs.db", state)
    world.activities = [{"id": "1", "activityType": 2010}]
    first = await respond.status(acting, "1", ONCE)
    world.activities.append({"id": "2", "activityType": 2010, "primaryDescription": "it failed"})
    result = await respond.status(acting, "1", ONCE)
    assert (first.status, result.status, result.reason) == ("pending", "failed", "it failed")


async def test_an_action_whose_state_lacks_its_subject(world: World, acting: respond.Console, tmp_path: Path) -> None:
    """Where nothing says what to ask about, nothing is asked, and nothing is claimed: it is unknown."""
    await _kept(acting, uncertain=False)
    _of_another_version(tmp_path / "state" / "s1ecs.db", {"since": "2026-01-31T11:00:00Z", "known": []})
    asked = len(world.console.seen)
    result = await respond.status(acting, "1", ONCE)
    assert (result.status, len(world.console.seen)) == ("unknown", asked)


async def test_an_action_of_a_newer_version_is_left_alone(
    world: World, acting: respond.Console, tmp_path: Path
) -> None:
    """A row that a newer version followed is refused with the cure, and stays as it is."""
    await _kept(acting)
    _of_another_version(tmp_path / "state" / "s1ecs.db", {"another": "way"}, version=2)
    before = await (await acting.journal()).load("1")
    asked = len(world.console.seen)
    with pytest.raises(StateTooNew, match="newer s1ecs"):
        await respond.status(acting, "1", ONCE)
    assert (await (await acting.journal()).load("1"), len(world.console.seen)) == (before, asked)


@pytest.mark.parametrize("answer", [error(503), error(401)])
async def test_a_console_that_does_not_tell_changes_nothing(
    world: World, acting: respond.Console, answer: bytes
) -> None:
    """Where the console can't be asked later, the action stays what it was."""
    entry = await _kept(acting)
    world.reads = answer
    result = await resume(acting, entry, ONCE)
    assert (result.status, "could not be queried" in result.reason) == ("pending", True)
    assert [row.status for row in await respond.history(acting)] == ["pending"]


@pytest.mark.parametrize(
    ("agent", "days", "case"),
    [
        ({"isDecommissioned": True}, 0, ("unknown", "the host is decommissioned")),
        (None, 0, ("unknown", "no longer shows the host")),
        (
            {"isActive": False, "lastActiveDate": "2026-01-31T11:00:00Z"},
            1,
            ("pending", "offline, last active 2026-01-31T11"),
        ),
        ({"isActive": False}, 15, ("unknown", "within 14d")),
        ({}, 0, ("pending", "the agent's network is connected")),
        ({}, 1, ("unknown", "shows no sign of it")),
        ({"networkStatus": "disconnecting"}, 1, ("pending", "disconnecting")),
    ],
)
async def test_an_action_that_was_taken_ends(
    world: World, acting: respond.Console, agent: dict[str, Any] | None, days: int, case: tuple[str, str]
) -> None:
    """Gone, overdue, or online without a trace: unknown, with the reason; offline or under way: pending, and why."""
    status, why = case
    entry = await _kept(acting, uncertain=False)
    world.agent = {} if agent is None else {**world.agent, **agent}
    now = acting.around.now
    acting.around = replace(acting.around, now=lambda: now() + timedelta(days=days))
    result = await resume(acting, entry, ONCE)
    assert (result.status, why in result.reason) == (status, True), result.reason
    assert [row.status for row in await respond.history(acting)] == [status]


@pytest.mark.parametrize(("days", "status"), [(0, "pending"), (4, "failed")])
async def test_a_file_that_can_not_be_fetched(
    world: World, acting: respond.Console, tmp_path: Path, days: int, status: str
) -> None:
    """A file that the disk does not take is tried again as long as the console keeps it, and no longer."""

    def act() -> Answer:
        world.upload(5, "ours", b"PK")
        return said({"data": {"success": True}})

    world.acts = [act]
    into = tmp_path / "evidence"
    into.write_text("a file where the folder belongs", encoding="utf-8")
    now = acting.around.now
    first = await respond.get_file(acting, ID, ["C:\\a"], following=replace(ONCE, into=into))
    acting.around = replace(acting.around, now=lambda: now() + timedelta(days=days))
    again = await respond.status(acting, first.id, replace(ONCE, into=into))
    assert (first.status, again.status) == ("pending", status)
    assert "could not be downloaded" in again.reason


async def test_what_a_later_action_did_is_not_claimed(world: World, acting: respond.Console) -> None:
    """An action without an answer is not done because a later one of the same kind is."""
    entry = await _kept(acting)
    world.acts = [lambda: (world.agent.update(networkStatus="disconnected"), _affected())[1]]
    later = await respond.isolate(acting, ID, following=ONCE)
    result = await resume(acting, entry, ONCE)
    assert (later.status, result.status) == ("done", "unknown")
    assert f"action {later.id} requested the same later" in result.reason


async def test_a_console_that_can_not_tell_leaves_nothing_pending(world: World, acting: respond.Console) -> None:
    """Where the console refuses the question itself no other token will learn more: the action is unknown."""
    entry = await _kept(acting)
    world.reads = error(400, title="no such filter")
    result = await resume(acting, entry, ONCE)
    assert (result.status, "no such filter" in result.reason) == ("unknown", True)
    assert "it may have been sent" in result.reason


async def test_a_state_told_late_refuses_no_release(world: World, acting: respond.Console) -> None:
    """Our own isolation contradicts a record that still says connected, until it was released; a day later no more."""
    assert world.agent["networkStatus"] == "connected"
    assert (await respond.release(acting, ID)).status == "refused"
    entry = await _kept(acting)
    plan = await respond.make_plan(acting, ACTIONS["release"], ID, {})
    [although] = [text for title, text in plan.described if title == "sent although"]
    assert although.startswith("it is not isolated (network connected): agents report late, and isolate was requested")
    assert entry.id in although
    now = acting.around.now
    acting.around = replace(acting.around, now=lambda: now() + timedelta(days=2))
    with pytest.raises(ActionRefused, match=r"last active .*--force"):
        await respond.make_plan(acting, ACTIONS["release"], ID, {})
    forced = await respond.make_plan(acting, ACTIONS["release"], ID, {}, force=True)
    assert ("forced", "although it is not isolated (network connected)") in forced.described


async def test_an_activity_contradicts_a_state_told_late(world: World, acting: respond.Console) -> None:
    """The newest activity decides: a scan that was ordered since may be aborted, one that has finished may not."""
    ordered = {"id": "1", "activityType": 71, "createdAt": "2026-01-31T11:00:00Z", "primaryDescription": "ordered"}
    world.activities = [ordered]
    assert (await respond.make_plan(acting, ACTIONS["abort-scan"], ID, {})).requests
    world.activities = [ordered, {"id": "2", "activityType": 92, "createdAt": "2026-01-31T11:30:00Z"}]
    with pytest.raises(ActionRefused, match="no scan is running"):
        await respond.make_plan(acting, ACTIONS["abort-scan"], ID, {})


async def test_what_is_harmful_stays_refused(world: World, acting: respond.Console) -> None:
    """Neither the history nor --force sends what does harm against the state of the host."""
    world.agent["networkStatus"] = "disconnected"
    with pytest.raises(ActionRefused, match="already isolated"):
        await respond.make_plan(acting, ACTIONS["isolate"], ID, {})
    with pytest.raises(UsageError, match="cannot be forced"):
        await respond.make_plan(acting, ACTIONS["isolate"], ID, {}, force=True)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("threat verdict", {"verdict": "guilty"}),
        ("unified-alert verdict", {"verdict": "guilty"}),
        ("ioc add", {"value": "a.example", "type": "DOMAIN", "source": "x"}),
        ("ioc add", {"value": "a.example", "type": "DNS", "source": "x", "valid_until": "tomorrow"}),
        ("blocklist add", {"value": "a" * 40, "os": ["amiga"]}),
        ("blocklist add", {"value": "a" * 40}),
        ("get-file", {"paths": [f"/{number}" for number in range(11)]}),
    ],
)
async def test_a_wrong_choice_is_no_action(
    world: World, acting: respond.Console, name: str, arguments: dict[str, Any]
) -> None:
    """A word that is none of the choices, or an argument too many or too few, is a mistake, and not written down."""
    target = SITE if ACTIONS[name].on == "SCOPE" else ID
    with pytest.raises(UsageError):
        await respond.act(acting, name, target, arguments)
    assert (list(await respond.history(acting)), world.console.seen) == ([], [])


async def test_a_group_that_there_is_not(world: World, acting: respond.Console) -> None:
    """An unknown group is told as such, with how to list them, before anything is sent."""
    result = await respond.move_group(acting, ID, "225494730938493999")
    assert (result.status, world.sent()) == ("refused", 0)
    assert result.reason.startswith("no such group: 225494730938493999")
    assert "s1ecs respond groups" in result.reason


async def test_another_console_of_the_same_name(world: World, acting: respond.Console) -> None:
    """Nobody but the console that an action was sent to is asked for it."""
    entry = await _kept(acting, url="http://127.0.0.1:9")
    asked = len(world.console.seen)
    with pytest.raises(UsageError, match=r"was sent to http://127.0.0.1:9"):
        await resume(acting, entry, ONCE)
    assert len(world.console.seen) == asked


async def test_the_patience_holds_for_a_silent_console(
    world: World, acting: respond.Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A console that does not answer keeps nobody longer than the patience, whatever its own time-out is."""
    monkeypatch.setattr(follow, "_FIRST_LOOK", 0.05)
    entry = await _kept(acting)
    world.reads = SILENCE
    result = await resume(acting, entry, ONCE)
    assert (result.status, "did not respond in time" in result.reason) == ("pending", True)


@pytest.mark.parametrize("answer", [raw(b"", 204), said({"data": {"agentsMoved": 0}})])
async def test_a_host_that_is_in_the_group_already(world: World, acting: respond.Console, answer: bytes) -> None:
    """An answer that explains nothing is no failure where it was as wanted before."""
    world.groups = [world.agent["groupId"], "225494730938493999"]
    world.acts = [answer, answer]
    done = await respond.move_group(acting, ID, world.agent["groupId"])
    other = await respond.move_group(acting, ID, "225494730938493999", following=ONCE)
    assert (done.status, "already in the requested state" in done.reason) == ("done", True)
    assert other.status in {"failed", "unknown"}

import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, SupportsIndex

import orjson
import pytest

from s1ecs import respond
from s1ecs.errors import UsageError
from s1ecs.respond import to_the_end
from s1ecs.respond.audit.journal import Entry
from s1ecs.respond.engine import resume
from s1ecs.respond.table import ACTIONS
from tests.unit.api.conftest import TOKEN
from tests.unit.api.conftest import console as console  # noqa: PLC0414 - pytest finds it by its name here
from tests.unit.api.conftest import waits as waits  # noqa: PLC0414 - the same
from tests.unit.api.console import RESET, SILENCE, Console, Seen, error, raw, said

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
    uploads: dict[str, bytes] = field(default_factory=dict)
    acts: list[Callable[[], Answer] | Answer] = field(default_factory=list)
    reads: Answer | None = None

    def answer(self, seen: Seen) -> Answer:
        """Answer a request."""
        path = seen.target.removeprefix(BASE).partition("?")[0]
        if seen.method != "GET":
            act = self.acts.pop(0)
            return act() if callable(act) else act
        if self.reads is not None and path != "/system/status":
            return self.reads
        if "/uploads/" in path:
            return raw(self.uploads[path.rpartition("/")[2]])
        lists = {"/agents": [self.agent], "/activities": self.activities, "/restrictions": self.restrictions}
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
        ("restart", {"isActive": False}, "it changed since it was shown: state"),
        ("restart", {"id": "225494730938493805"}, "it would act on another one"),
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
    assert "it was sent, only the note of it failed" in result.reason
    assert (await (await acting.journal()).load(result.id)) is not None


@pytest.mark.parametrize(
    ("answer", "cause"), [(error(503, title="Unavailable"), "503 Unavailable"), (raw(b"<html>gone</html>"), "gone")]
)
async def test_unknown_says_why(world: World, acting: respond.Console, answer: Answer, cause: str) -> None:
    """An unknown outcome keeps what came instead of an answer: before the advice, in the details, in history."""
    world.acts = [answer]
    result = await respond.broadcast(acting, ID, "call us")
    assert result.status == "unknown"
    assert cause in result.reason.partition("before it is sent again")[0]
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
    assert result.reason == "macos: the console refused it: 400 Bad; carried out: windows; never sent: linux"
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
        (None, "failed: what was uploaded can't be used"),
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
    entry = Entry(
        "1", acting.name, "isolate", around.now(), "u", "m", "", plan.targets, (), follow={**plan.follow, **follow}
    )
    await (await acting.journal()).request(entry)
    return entry


@pytest.mark.parametrize("answer", [error(503), error(401)])
async def test_a_console_that_does_not_tell_changes_nothing(
    world: World, acting: respond.Console, answer: bytes
) -> None:
    """Where the console can't be asked later, the action stays what it was."""
    entry = await _kept(acting)
    world.reads = answer
    result = await resume(acting, entry, ONCE)
    assert (result.status, "can't be asked" in result.reason) == ("pending", True)
    assert [row.status for row in await respond.history(acting)] == ["pending"]


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
    monkeypatch.setattr(to_the_end, "_FIRST_LOOK", 0.05)
    entry = await _kept(acting)
    world.reads = SILENCE
    result = await resume(acting, entry, ONCE)
    assert (result.status, "did not answer in time" in result.reason) == ("pending", True)


@pytest.mark.parametrize("answer", [raw(b"", 204), said({"data": {"agentsMoved": 0}})])
async def test_a_host_that_is_in_the_group_already(world: World, acting: respond.Console, answer: bytes) -> None:
    """An answer that explains nothing is no failure where it was as wanted before."""
    world.acts = [answer, answer]
    done = await respond.move_group(acting, ID, world.agent["groupId"])
    other = await respond.move_group(acting, ID, "225494730938493999", following=ONCE)
    assert (done.status, "already so" in done.reason) == ("done", True)
    assert other.status in {"failed", "unknown"}

"""Response actions from Python, against the stand-in."""

import subprocess
import sys
from pathlib import Path

import pytest

from s1ecs import respond
from s1ecs.errors import StateError, Unauthorized
from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.trackers import ReadRequest

from .conftest import MOMENT, Start
from .patience import PATIENCE
from .respond_cases import CASES, arguments, known
from .responding import TOKEN, Acting, same

PAGE = Path(__file__).parents[2] / "docs" / "response-actions.md"


@pytest.fixture(scope="module")
def acting(tmp_path_factory: pytest.TempPathFactory, start_standin: Start) -> Acting:
    """A stand-in to act on, with a state folder that the tests of this file share."""
    url = start_standin("--agents", "120", "--alerts", "5", "--now", MOMENT)
    return Acting(tmp_path_factory.mktemp("respond"), url)


async def test_every_plan_is_what_is_received(acting: Acting, tmp_path: Path) -> None:
    """For every action of the table the Python API's plan is, request by request, what the console receives."""
    acting.control()
    async with respond.Console(acting.url, TOKEN, state_dir=tmp_path / "state") as console:
        for name, (words, *_) in CASES.items():
            if ACTIONS[name].dangerous or words[0] == "isolated" or name in {"blocklist add", "ioc add", "shutdown"}:
                continue
            ids = known(acting, words[0])
            given = arguments(name, words, ids)
            plan = await respond.make_plan(console, ACTIONS[name], ids["ID"], given)
            before = len(acting.received())
            await respond.carry_out(console, plan, respond.Following(wait=False))
            assert same([request.shown for request in plan.requests], acting.received()[before:]), name


async def test_many_from_python(acting: Acting, tmp_path: Path) -> None:
    """Each target has a result: one that is named twice has one, one that there is not is refused, and all are kept."""
    acting.control()
    hosts = [acting.host() for _ in range(2)]
    names = [hosts[0]["computerName"], hosts[0]["id"], "ws-no-such", hosts[1]["uuid"]]
    async with respond.Console(acting.url, TOKEN, state_dir=tmp_path / "state") as console:
        results = await respond.many(console, "broadcast", names, {"message": "hello"}, comment="case 17")
        rows = await respond.history(console)
    assert sorted((result.status, result.hosts[0].id) for result in results) == sorted(
        [("refused", ""), ("done", hosts[0]["id"]), ("done", hosts[1]["id"])]
    )
    assert {row.id for row in rows} == {result.id for result in results}
    assert len({row.details["batch"] for row in rows}) == 1
    assert [request["body"]["data"] for request in acting.received()] == [{"message": "hello"}] * 2


async def test_lists_of_the_organisation(acting: Acting, tmp_path: Path) -> None:
    """Accounts, sites and groups come with the ids that actions want, also those behind the first page."""
    async with respond.Console(acting.url, TOKEN, state_dir=tmp_path / "state") as console:
        sites, accounts = await respond.sites(console), await respond.accounts(console)
        [account] = await respond.accounts(console, text=accounts[0]["name"])
        of_account = await respond.sites(console, account=account["id"])
        groups = await respond.groups(console, site=sites[0]["id"])
        read = ReadRequest("/sites", {"limit": "1"}, inside="sites")
        one_by_one = await console.read_all(read)
    assert {agent["siteId"] for agent in acting.agents} <= {site["id"] for site in sites}
    assert {site["id"] for site in of_account} < {site["id"] for site in sites}
    assert {group["siteId"] for group in groups} == {sites[0]["id"]}
    assert len(one_by_one) == len(sites) > 1


async def test_nothing_is_sent_that_is_not_written_down(acting: Acting, tmp_path: Path) -> None:
    """Where the state folder can't be used nothing is sent."""
    acting.control()
    (tmp_path / "state").write_text("a file where a folder should be", encoding="utf-8")
    async with respond.Console(acting.url, TOKEN, state_dir=tmp_path / "state") as console:
        with pytest.raises(StateError):
            await respond.restart(console, acting.host()["id"])
    assert acting.received() == []


async def test_from_python(acting: Acting, tmp_path: Path) -> None:
    """An action is a function: its result says what became of it, a refusal included, and history has both."""
    acting.control()
    host = acting.host()
    async with respond.Console(acting.url, TOKEN, state_dir=tmp_path / "state") as console:
        done = await respond.isolate(console, host["computerName"], comment="case 17")
        refused = await respond.isolate(console, host["id"])
        rows = await respond.history(console)
        again = await respond.status(console, done.id)
    assert (done.status, refused.status, again.status) == ("done", "refused", "done")
    assert [row.id for row in rows] == [refused.id, done.id]
    assert rows[1].comment == "case 17"


async def test_what_the_console_does_not_let_us_ask(acting: Acting, tmp_path: Path) -> None:
    """Where the console knows no such token the action is refused, and written down with its host and arguments."""
    acting.control()
    async with respond.Console(acting.url, "wrong", state_dir=tmp_path / "state") as console:
        with pytest.raises(Unauthorized):
            await respond.kill_process(console, "ws-1", "a.exe")
        [row] = await respond.history(console)
    assert (row.status, row.targets[0].name, row.details) == ("refused", "ws-1", {"arguments": {"name": "a.exe"}})
    assert acting.received() == []


def test_the_example_of_the_page(acting: Acting, tmp_path: Path) -> None:
    """The example of docs/response-actions.md runs as it stands there, but for address, host and site."""
    acting.control()
    host = acting.host()
    example = PAGE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    for there, here in (
        ("https://example.sentinelone.net", acting.url),
        ("ws-042", host["computerName"]),
        ("225494730938493915", host["siteId"]),
    ):
        assert there in example
        example = example.replace(there, here)
    environment = {**acting.commands.environment, "S1ECS_ACTION_TOKEN": TOKEN}
    command = [sys.executable, "-c", example]
    ran = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert [line.split()[0] for line in ran.stdout.splitlines()] == [
        "isolate:",
        "get-file:",
        "file:",
        "scan:",
        "blocklist:",
    ]
    assert all("done" in line for line in ran.stdout.splitlines() if not line.startswith("file:"))
    assert (tmp_path / "s1ecs-data").is_dir()
    assert list((tmp_path / "evidence").glob("*.zip"))

"""Response actions through the forms of the page, against the stand-in console, which counts what it receives."""

import asyncio
import json
import re
import zipfile
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from s1ecs.respond.actions.table import ACTIONS
from s1ecs.respond.batches.carry_out import scheduled
from s1ecs.respond.batches.planning import plan_many
from s1ecs.web.access.page_user import PageUser
from s1ecs.web.actions.running_actions import running_actions
from s1ecs.web.rendering import Pages
from tests.event_stream import received

from .acting_page import PEOPLE, ActingPage, acting_page, key_of, status_of
from .conftest import MOMENT, Start
from .patience import PATIENCE
from .responding import Acting


@pytest.fixture(scope="module")
def acting(tmp_path_factory: pytest.TempPathFactory, start_standin: Start) -> Acting:
    """A stand-in to act on, whose documents lie in the store of a state folder."""
    url = start_standin("--agents", "80", "--alerts", "20", "--now", MOMENT)
    acting = Acting(tmp_path_factory.mktemp("page"), url)
    acting.commands.ok("collect", "agent", "alert", "threat")
    return acting


@pytest.fixture
async def page(acting: Acting) -> AsyncIterator[ActingPage]:
    """The page over that store, with a console on which nothing goes wrong."""
    acting.control()
    async with acting_page(acting.commands.state, acting.url) as made:
        yield made


async def test_a_host_is_isolated(acting: Acting, page: ActingPage) -> None:
    """The plan shows the host and the request; the typed name sends it; the audit trail names the page's user."""
    host = acting.host()
    planned = await page.plan("isolate", host["id"])
    assert f"Isolate {host['computerName']}?" in planned
    assert "/agents/actions/disconnect" in planned
    assert acting.received() == []
    path = await page.do(planned, host["computerName"].lower(), comment="case 17")
    ended = await page.ended(path)
    assert status_of(ended) == "done"
    assert "case 17" in ended
    assert [(each["path"], each["body"]) for each in acting.received()] == [
        ("/agents/actions/disconnect", {"filter": {"ids": [host["id"]]}})
    ]
    identity = path.rpartition("/")[2]
    await _delivered(page)
    rows = acting.commands.query("SELECT id, state, action_id, document FROM response_action")
    own = [row for row in rows if row["action_id"] == identity]
    documents = [json.loads(row["document"]) for row in own]
    assert [each["user"]["name"] for each in documents] == ["ada", "ada"]
    # A list leads to a document of the audit trail, which leads to the action.
    [document] = [row for row in own if row["state"] == "finished"]
    answer = await page.client.get(f"/actions/{document['id']}", params={"part": "pane"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?part=pane")


async def until(holds: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - what changes it knows nothing of this test
            await asyncio.sleep(0.05)


async def _delivered(page: ActingPage) -> None:
    """Wait until the tasks have ended, documents delivered."""
    await until(lambda: not page.desk._tasks)


@pytest.mark.parametrize("name", ["", "ws-9999", "3"])
async def test_another_name_sends_nothing(acting: Acting, page: ActingPage, name: str) -> None:
    """A name that is not the host's is refused, the plan stays, and the console receives nothing."""
    host = acting.host()
    planned = await page.plan("isolate", host["id"])
    answer = await page.post("/respond/do", 400, plan=key_of(planned), confirmation=name)
    assert "Nothing was sent" in answer.text
    assert key_of(answer.text) == key_of(planned)
    assert acting.received() == []


async def test_a_plan_is_used_once(acting: Acting, page: ActingPage) -> None:
    """The same plan sends nothing a second time."""
    host = acting.host()
    planned = await page.plan("scan", host["id"])
    path = await page.do(planned)
    answer = await page.post("/respond/do", 409, plan=key_of(planned))
    assert "Nothing was sent" in answer.text
    await page.ended(path)
    assert len(acting.received()) == 1


async def test_a_plan_belongs_to_who_made_it(acting: Acting, page: ActingPage) -> None:
    """Another responder cannot confirm it, and it stays its maker's."""
    host = acting.host()
    planned = await page.plan("isolate", host["id"])
    page.by = "bob"
    await page.post("/respond/do", 403, plan=key_of(planned), confirmation=host["computerName"])
    assert acting.received() == []
    page.by = "ada"
    assert status_of(await page.ended(await page.do(planned, host["computerName"]))) == "done"


@pytest.mark.parametrize("who", ["eve", "far"])
async def test_who_is_no_responder_of_the_console(acting: Acting, page: ActingPage, who: str) -> None:
    """A viewer, and a responder of other consoles, get 403 for every acting path and see no button."""
    host = acting.host()
    planned = await page.plan("isolate", host["id"])
    path = await page.do(await page.plan("scan", host["id"]))
    identity = path.rpartition("/")[2]
    await page.ended(path)
    received = acting.received()
    page.by = who
    for asked in ("/respond/plan", "/respond/do", *(f"/actions/{identity}/{what}" for what in _ON_ACTIONS)):
        fields = {"plan": key_of(planned), "confirmation": host["computerName"], "action": "isolate"}
        await page.post(asked, 403, stream="agent", target=f"default/{host['id']}", **fields)
        await page.post(asked, 403)
    await page.get(f"/actions/{identity}/files/x.zip", 403)
    for what in ("resume", "cancel"):
        await page.post(f"/actions/batch/{identity}/{what}", 403)
    assert acting.received() == received
    # Those who do not see the console do not learn of its actions either.
    shown = await page.get(path, 200 if who == "eve" else 404)
    assert 'method="post" action="/actions/' not in shown
    assert page.desk.offered(_user(page), "default", "agent") == ()
    assert page.desk.offered_anywhere(_user(page), "agent") == ()


_ON_ACTIONS = ("resume", "cancel", "password")


def _user(page: ActingPage) -> PageUser:
    return PageUser(page.by, PEOPLE[page.by])


async def test_without_an_action_token(acting: Acting) -> None:
    """No button is shown and every acting path answers 403, also for a responder."""
    acting.control()
    host = acting.host()
    async with acting_page(acting.commands.state, acting.url, acts=False) as page:
        assert page.desk.offered(_user(page), "default", "agent") == ()
        answer = await page.post("/respond/plan", 403, action="scan", stream="agent", target=f"default/{host['id']}")
        assert "action_token" in answer.text
        await page.post("/respond/do", 403, plan="x")
        await page.post("/actions/x/resume", 403)
    assert acting.received() == []


async def test_a_selection_of_rows(acting: Acting, page: ActingPage) -> None:
    """Three rows of a list are one plan with their names, confirmed by their number, and one batch."""
    hosts = [acting.host() for _ in range(3)]
    rows = {row["agent_id"]: row["id"] for row in acting.commands.query("SELECT agent_id, id FROM agent_latest")}
    planned = await page.plan("isolate", *(rows[host["id"]] for host in hosts))
    assert "Isolate 3 hosts?" in planned
    assert all(host["computerName"] in planned for host in hosts)
    await page.post("/respond/do", 400, plan=key_of(planned), confirmation=hosts[0]["computerName"])
    assert acting.received() == []
    path = await page.do(planned, "3")
    assert path.startswith("/actions/batch/")
    ended = await page.ended(path)
    assert status_of(ended) == "3 done"
    assert sorted(each["body"]["filter"]["ids"][0] for each in acting.received()) == sorted(
        host["id"] for host in hosts
    )


async def test_rows_of_alerts_name_alerts_and_hosts(acting: Acting, page: ActingPage) -> None:
    """From a row of the list of alerts both the alert and its host can be acted on."""
    [row] = acting.commands.query(
        "SELECT id, alert_id, agent_id FROM alert_rows WHERE status <> 'in_progress' AND agent_id IS NOT NULL LIMIT 1"
    )
    asked = await page.plan("alert status", row["id"], stream="alert")
    assert 'name="argument.status"' in asked
    planned = await page.plan("alert status", row["id"], stream="alert", **{"argument.status": "in_progress"})
    assert row["alert_id"] in planned
    assert row["agent_id"] in await page.plan("run-script", row["id"], stream="alert", **_SCRIPT)
    assert acting.received() == []


_SCRIPT = {"argument.script": "1466645476786791834", "argument.input": "--days 3"}


async def test_an_action_that_fails(acting: Acting, page: ActingPage) -> None:
    """The page says that it failed and why."""
    host = acting.host()
    acting.control(isolate_fails=[host["id"]])
    ended = await page.ended(await page.do(await page.plan("isolate", host["id"]), host["computerName"]))
    assert status_of(ended) == "failed"
    assert "Reload" not in ended


async def test_progress_is_live(acting: Acting, page: ActingPage) -> None:
    """An open page is told each step of an action and its end; then the stream ends by itself."""
    host = acting.host()
    path = await page.do(await page.plan("isolate", host["id"]), host["computerName"])
    async with received(page.app, f"/live{path}", "") as stream:
        told = [await stream.event()]
        while told[-1][0] == "status":
            told.append(await stream.event())
        assert await stream.event() == ("", "", None)
    assert (told[0][2]["status"], told[-1][0], told[-1][2]["status"]) == ("pending", "end", "done")
    assert len(told) > 2
    page.by = "far"
    async with received(page.app, f"/live{path}", "") as stream:
        await stream.event()
        assert stream.status == 404


async def test_what_is_under_way(acting: Acting, page: ActingPage) -> None:
    """The list of actions begins with those under way, for those who see their console."""
    host = acting.host()
    acting.control(offline=[host["id"]])
    path = await page.do(await page.plan("isolate", host["id"]), host["computerName"])
    await page.until(path, lambda shown: "affected" in shown)
    found = await running_actions(page.context, _user(page), page.desk)
    assert path in [each.path for each in found]
    page.by = "far"
    assert await running_actions(page.context, _user(page), page.desk) == []
    page.by = "ada"
    acting.control()
    await page.ended(path)


async def test_a_plan_that_is_refused(acting: Acting, page: ActingPage) -> None:
    """An action that makes no sense is refused at once, and written down as on the command line."""
    host = acting.host()
    acting.send("/agents/actions/disconnect", {"filter": {"ids": [host["id"]]}})
    agent = f"/web/api/v2.1/agents?ids={host['id']}"
    await until(lambda: acting.get(agent)["data"][0]["networkStatus"] == "disconnected")
    acting.control()
    answer = await page.post("/respond/plan", action="isolate", stream="agent", target=f"default/{host['id']}")
    shown = await page.get(answer.headers["location"])
    assert status_of(shown) == "refused"
    assert "already isolated" in shown
    assert acting.received() == []


async def test_a_server_that_ends_meanwhile(acting: Acting) -> None:
    """An action that runs when the server ends is in the journal; another server resumes it, nothing is sent twice."""
    host = acting.host()
    acting.control(offline=[host["id"]])
    async with acting_page(acting.commands.state, acting.url) as page:
        path = await page.do(await page.plan("isolate", host["id"]), host["computerName"])
        await page.until(path, lambda shown: "affected" in shown)
    sent = len(acting.received())
    async with acting_page(acting.commands.state, acting.url) as page:
        shown = await page.get(path)
        assert status_of(shown) == "pending"
        assert 'data-testid="resume"' in shown
        acting._ask("POST", "/_standin/actions", {"latency": 0.1})
        await page.post(f"{path}/resume")
        assert status_of(await page.ended(path)) == "done"
    assert len(acting.received()) == sent


async def _left_unsent(page: ActingPage, *hosts: str) -> str:
    """Leave a batch as a server does that ended before it sent anything; return its path."""
    async with page.desk._console("default", _user(page)) as console:
        many = await plan_many(console, ACTIONS["isolate"], hosts, {})
        await (await console.journal()).schedule([scheduled(console, plan) for plan in many.plans])
    return f"/actions/batch/{many.id}"


async def test_a_batch_that_was_not_sent(acting: Acting, page: ActingPage) -> None:
    """What a server that ended left unsent is sent only after its number is typed again."""
    hosts = [acting.host()["id"] for _ in range(2)]
    path = await _left_unsent(page, *hosts)
    assert status_of(await page.get(path)) == "2 not sent"
    answer = await page.post(f"{path}/resume", 400, confirmation="1")
    assert "Nothing was sent" in answer.text
    assert acting.received() == []
    await page.post(f"{path}/resume", confirmation="2")
    assert status_of(await page.ended(path)) == "2 done"
    assert len(acting.received()) == 2
    await page.post(f"{path}/resume", 409, confirmation="2")


async def test_a_batch_that_is_cancelled(acting: Acting, page: ActingPage) -> None:
    """What was not sent of a batch is cancelled as a whole, and never sent."""
    path = await _left_unsent(page, *(acting.host()["id"] for _ in range(2)))
    await page.post(f"{path}/cancel")
    assert status_of(await page.get(path)) == "2 refused"
    await page.post(f"{path}/cancel", 409)
    assert acting.received() == []


async def test_files_of_a_result(acting: Acting, page: ActingPage) -> None:
    """The ZIP is downloaded as an attachment, opened by the password that is shown once; no other file is served."""
    host = acting.host()
    planned = await page.plan("get-file", host["id"], **{"argument.paths": "C:\\Temp\\a b.txt\nC:\\Temp\\c.log"})
    path = await page.do(planned)
    ended = await page.ended(path)
    assert status_of(ended) == "done"
    [name] = re.findall(r"/files/([^\"]+)\"", ended)
    answer = await page.client.get(f"{path}/files/{name}")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    shown = await page.post(f"{path}/password", 200)
    [password] = re.findall(r'data-testid="password">([^<]+)<', shown.text)
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        archive.setpassword(password.encode())
        assert archive.testzip() is None
    await page.post(f"{path}/password", 409)
    assert password not in await page.get(path)
    for other in ("s1ecs.db", "%2e%2e", "%2e%2e%2f%2e%2e%2fs1ecs.db", "..%2fs1ecs.db", "", name[1:]):
        assert (await page.client.get(f"{path}/files/{other}")).status_code in {404, 405}, other
    page.by = "eve"
    await page.get(f"{path}/files/{name}", 403)


async def test_a_file_that_was_replaced_by_a_link(acting: Acting, page: ActingPage) -> None:
    """A link in the place of a result leads nowhere, and neither does a path that the journal has from elsewhere."""
    host = acting.host()
    path = await page.do(await page.plan("get-file", host["id"], **{"argument.paths": "C:\\Temp\\a.txt"}))
    ended = await page.ended(path)
    [name] = re.findall(r"/files/([^\"]+)\"", ended)
    identity = path.rpartition("/")[2]
    file = page.desk.folder_of(identity) / name
    secret = Path(page.settings.state_dir) / "s1ecs.db"
    file.unlink()
    file.symlink_to(secret)
    await page.get(f"{path}/files/{name}", 404)


async def test_processes_are_a_table(acting: Acting, page: ActingPage) -> None:
    """The list of processes is shown as a table."""
    host = acting.host("linux")
    ended = await page.ended(await page.do(await page.plan("processes", host["id"])))
    assert status_of(ended) == "done"
    assert ended.count("<tr><td>") > 2
    assert 'data-testid="processes"' in ended


async def test_an_isolation_for_a_time_is_cancelled(acting: Acting, page: ActingPage) -> None:
    """The end of an isolation that is for a time is scheduled, shown, and cancelled on its page."""
    host = acting.host()
    path = await page.do(await page.plan("isolate", host["id"], lasting="4h"), host["computerName"])
    ended = await page.ended(path)
    [release] = re.findall(r"ended by</th><td><a href=\"([^\"]+)\"", ended)
    assert status_of(await page.get(release)) == "scheduled"
    await page.post(f"{release}/cancel")
    assert status_of(await page.get(release)) == "refused"
    assert "cancelled by ada" in await page.get(release)
    await page.post(f"{release}/cancel", 409)


async def test_every_form_carries_the_token(acting: Acting, page: ActingPage) -> None:
    """Each form that is posted has the CSRF token of the session."""
    host = acting.host()
    pages = [await page.plan("isolate", host["id"]), await page.plan("kill-process", host["id"])]
    path = await page.do(await page.plan("get-file", host["id"], **{"argument.paths": "C:\\a.txt"}))
    pages.append(await page.ended(path))
    forms = [form for each in pages for form in re.findall(r'<form[^>]*method="post".*?</form>', each, re.DOTALL)]
    assert len(forms) >= len(pages)
    assert [form for form in forms if 'name="csrf" value="a-csrf-token"' not in form] == []


@pytest.mark.parametrize(("who", "shown"), [("ada", True), ("eve", False), ("far", False)])
async def test_buttons_are_for_responders(page: ActingPage, who: str, shown: bool) -> None:  # noqa: FBT001
    """Beside a threat and above a list the actions that fit are offered, to those who may act."""
    page.by = who
    pages = Pages(page.context.now)
    values: dict[str, Any] = {
        "stream": "threat",
        "console": "default",
        "id": "225494730938493804",
        "agent_id": "1",
        "host": "<b>WS-1",
    }

    @page.app.get("/beside")
    async def beside(request: Request) -> Response:
        return pages.render(request, "act_beside.html", **{f"act_{name}": value for name, value in values.items()})

    @page.app.get("/above")
    async def above(request: Request) -> Response:
        template = '{% from "selection.html" import selection_bar with context %}{{ selection_bar("agent") }}'
        return HTMLResponse(pages._environment.from_string(template).render(pages._shared(request)))

    for html, parts in (
        (await page.get("/beside"), ('data-testid="isolate"', 'value="threat mitigate"', "default/225494730938493804")),
        (await page.get("/above"), ('id="selection"', '<option value="isolate">', 'value="a-csrf-token"')),
    ):
        assert [part in html for part in parts] == [shown] * len(parts)
        assert "<b>WS" not in html
    # A document that names no threat, or no host, gives nothing to act on.
    for missing, gone in ((("id",), "threat mitigate"), (("agent_id", "host"), "isolate")):
        whole, values = values, {**values, **dict.fromkeys(missing, "")}
        html = await page.get("/beside")
        values = whole
        assert f'data-action="{gone}"' not in html
        assert ("data-action=" in html) == shown


async def test_mistakes_in_forms(acting: Acting, page: ActingPage) -> None:
    """What a form does not say, or says wrongly, is told in one sentence, and nothing is sent."""
    host = acting.host()
    target = f"default/{host['id']}"
    for status, fields in (
        (400, {"action": "no-such", "stream": "agent", "target": target}),
        (400, {"action": "blocklist add", "stream": "agent", "target": target}),
        (400, {"action": "isolate", "stream": "agent"}),
        (400, {"action": "isolate", "stream": "agent", "target": "nothing"}),
        (400, {"action": "isolate", "stream": "group", "target": target}),
        (400, {"action": "isolate", "stream": "agent", "target": target, "lasting": "soon"}),
        (400, {"action": "isolate", "stream": "agent", "target": target, "force": "1"}),
        (400, {"action": "isolate", "stream": "agent", "target": target, "comment": "x" * 2000}),
        (400, {"action": "threat verdict", "stream": "threat", "target": target, "argument.verdict": "maybe"}),
        (403, {"action": "isolate", "stream": "agent", "target": "other/1"}),
    ):
        await page.post("/respond/plan", status, **fields)
    assert acting.received() == []

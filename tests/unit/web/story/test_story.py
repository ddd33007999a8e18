"""The story of findings: found by which ids, of which consoles, with what belongs to them."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest

from s1ecs.web.access.page_user import PageUser, Role
from tests.unit.web.story.site import Site, action

HASH = "ab" * 32
TIMES = [f"2026-03-02T09:{minute:02}:00.000Z" for minute in range(60)]


def threat(identity: str = "77", status: str = "unresolved", minute: int = 30, **own: Any) -> dict[str, Any]:
    """Make the document of a threat on ws-042."""
    return {
        "@timestamp": TIMES[minute],
        "event": {"kind": "alert", "id": identity},
        "host": {"name": "ws-042", "id": "a1"},
        "user": {"name": "ann"},
        "process": {"name": "word.exe"},
        "threat": {
            "indicator": {"file": {"path": "C:\\evil.exe", "hash": {"sha256": HASH}}},
            "tactic": {"name": ["Persistence"]},
            "technique": {"id": ["T1547"]},
        },
        "related": {"hash": [HASH], "user": ["ann"], "hosts": ["ws-042"]},
        "sentinel_one": {
            "threat": {
                "name": "evil.exe",
                "storyline": "S1",
                "created_at": TIMES[20],
                "confidence_level": "malicious",
                "incident": {"status": status},
                "indicators": [{"description": "Started with the system.", "category": {"name": "Persistence"}}],
                **own,
            }
        },
    }


def alert(identity: str, host: str = "ws-042", minute: int = 25, **more: Any) -> dict[str, Any]:
    """Make the document of an alert."""
    return {
        "@timestamp": TIMES[minute],
        "event": {"id": identity, "severity": 73},
        "rule": {"name": f"Rule {identity}"},
        "host": {"name": host},
        "process": {
            "name": "cmd.exe",
            "command_line": "cmd /c whoami",
            "hash": {"sha256": HASH},
            "user": {"name": "ann"},
        },
        "related": {"hash": [HASH], "user": ["ann"]},
        **more,
    }


def agent(identity: str, host: str, **own: Any) -> dict[str, Any]:
    """Make the document of an agent."""
    return {
        "@timestamp": TIMES[0],
        "host": {"name": host, "id": identity},
        "sentinel_one": {"agent": {"network_status": "connected", **own}},
    }


def text_of(page: str) -> str:
    """Return the words of a page."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


async def test_items_are_found_by_the_ids_of_sentinelone(site: Site) -> None:
    """Links from outside name alerts, threats and hosts by SentinelOne's ids; unknown ids are not found."""
    site.put("threat", "a/b+c=", threat())
    site.put("alert", "A=", alert("alert-1"))
    site.put("unified_alert", "U=", {"event": {"id": "unified-1"}, "message": "Spraying"})
    site.put("agent", "H=", agent("a1", "ws-042"))
    by_id = ("/threats/77", "/alerts/alert-1", "/unified-alerts/unified-1", "/hosts/a1")
    for path in (*by_id, "/threats/a/b+c=", "/hosts/H="):
        page = await site.get(path)
        assert page.status_code == 200, path
        assert 'data-testid="story"' in page.text
        assert (await site.get(path, console="default")).status_code == 200
        assert (await site.get(path, console="other")).status_code == 404
    for path in ("/threats/78", "/alerts/77", "/hosts/ws-042", "/groups/x", "/alerts/a%00b", "/alerts/%ed%a0%80"):
        page = await site.get(path)
        assert page.status_code == 404, path
        assert "There is no " in page.text
    assert (await site.json("threat", "78")).json()["error"].startswith("There is no threat with the id 78.")


async def test_consoles_that_a_user_does_not_see_have_no_items(site: Site) -> None:
    """A document of another console is not found, neither by its id nor by SentinelOne's, nor as JSON."""
    site.put("threat", "T=", threat(), "north")
    site.user = PageUser("bob", {"south": Role.VIEWER})
    for identity in ("T=", "77"):
        assert (await site.item("threat", identity)).status_code == 404
        assert (await site.item("threat", identity, console="north")).status_code == 404
        assert (await site.json("threat", identity)).status_code == 404
    site.user = PageUser("bob", {"north": Role.VIEWER})
    assert (await site.item("threat", "T=")).status_code == 200


async def test_related_rows_are_of_the_same_console(site: Site) -> None:
    """Alerts, events, hosts and actions of another console with the same names are in no story."""
    site.put("threat", "T=", threat(), "north")
    site.put("alert", "A=", alert("elsewhere"), "south")
    site.put("threat", "T2=", threat("78"), "south")
    site.put("response_action", "R=", action("1", "done"), "south")
    spy = {"process": {"name": "spy.exe"}, "sentinel_one": {"threat_event": {"storyline": "S1"}}}
    site.put("threat_event", "E=", spy, "south")
    page = (await site.item("threat", "T=")).text
    assert "Rule elsewhere" not in page
    assert "spy.exe" not in page
    assert "isolate" not in page
    assert "south" not in page


async def test_of_several_consoles_one_is_chosen(site: Site) -> None:
    """An id that several consoles have leads to each of them; JSON says which there are."""
    for console in ("north", "south"):
        site.put("threat", "T=", threat(), console)
    page = await site.item("threat", "T=")
    assert page.status_code == 200
    assert 'href="/threats/T%3D?console=north"' in page.text
    assert 'data-testid="story"' not in page.text
    assert 'data-testid="story"' in (await site.item("threat", "T=", console="south")).text
    answer = await site.json("threat", "T=")
    assert answer.status_code == 409
    assert "north, south" in answer.json()["error"]


async def test_the_newest_state_is_told_with_what_changed(site: Site) -> None:
    """An older document leads to the newest state, with a note; the timeline tells what changed between them."""
    site.put("threat", "old=", threat(minute=30))
    site.put("threat", "new=", threat(status="resolved", minute=40))
    page = await site.item("threat", "old=")
    assert 'data-id="new="' in page.text
    assert "is an older state" in page.text
    words = text_of(page.text)
    assert "sentinel_one.threat.incident.status unresolved → resolved" in words
    for identity in ("new=", "77"):
        assert "is an older state" not in (await site.item("threat", identity)).text
    answer = (await site.json("threat", "old=")).json()
    assert answer["data"]["id"] == "old="
    assert [state["id"] for state in answer["states"]] == ["new=", "old="]


async def test_the_sentence_says_what_where_who_and_when(site: Site) -> None:
    """The story begins with a sentence, and with the states as links to what stands so, too."""
    site.put("agent", "H=", agent("a1", "ws-042"))
    site.put("threat", "T=", threat())
    page = await site.item("threat", "T=")
    told = "evil.exe was detected on ws-042 through word.exe as user ann at 2026-03-02 09:20:00 UTC"
    assert told in text_of(page.text)
    assert 'href="/hosts/a1?console=default"' in page.text
    assert 'href="/threats?confidence=malicious"' in page.text
    assert 'href="/threats?techniques=T1547"' in page.text
    assert "Started with the system." in page.text


async def test_the_timeline_holds_what_happened_around(site: Site) -> None:
    """Alerts and activity of the host within an hour are told, what people did about the threat at any time."""
    site.put("threat", "T=", threat())
    site.put("alert", "near=", alert("near"))
    site.put("alert", "far=", {**alert("far"), "@timestamp": "2026-03-02T11:00:00.000Z"})
    site.put("alert", "other=", alert("other", host="ws-043"))
    note = {
        "@timestamp": "2026-03-03T10:00:00.000Z",
        "message": "Ann added a note",
        "host": {"name": "ws-042"},
        "sentinel_one": {"activity": {"threat": {"id": "77"}}},
    }
    site.put("activity", "note=", note)
    timeline = (await site.item("threat", "T=")).text.partition('aria-label="Timeline"')[2].partition("</section>")[0]
    assert "Rule near" in timeline
    assert "Rule far" not in timeline
    assert "Rule other" not in timeline
    assert timeline.count("Ann added a note") == 1
    assert timeline.index("Threat detected") < timeline.index("Rule near") < timeline.index("Ann added a note")


async def test_what_the_timeline_leaves_out_is_a_link_away(site: Site) -> None:
    """A busy host fills no page: some alerts stand in the timeline, all of them in the linked list."""
    site.put("threat", "T=", threat())
    for number in range(40):
        site.put("alert", f"{number}=", alert(str(number)))
    page = (await site.item("threat", "T=")).text
    assert page.count("Alert, user ann") < 15
    [link] = [unescape(link) for link in re.findall(r'<a href="([^"]+)">All alerts of this host', page)]
    assert total(await site.get(link)) == 40


def total(page: Any) -> int:
    """Return the number of rows of a list."""
    found = re.search(r'data-testid="total-\w+"[^>]*>([\d,]+)<', page.text)
    assert page.status_code == 200
    assert found is not None
    return int(found[1].replace(",", ""))


async def test_prevalence_equals_what_is_there(site: Site) -> None:
    """A hash is told to be on as many hosts as have it, of those of the console; its links lead to these documents."""
    for number in range(5):
        site.put("agent", f"H{number}=", agent(f"a{number}", f"ws-{number}"))
    site.put("agent", "other=", agent("a9", "ws-9"), "other")
    for number in range(3):
        site.put("alert", f"A{number}=", alert(f"same-{number}", host=f"ws-{number % 2}"))
    site.put("alert", "A9=", alert("same-9", host="ws-9"), "other")
    site.put("alert", "B=", {**alert("else"), "related": {"hash": ["cd" * 32]}, "process": {"name": "x"}})
    page = (await site.item("alert", "A0=")).text
    elsewhere = page.partition('aria-label="Elsewhere"')[2].partition("</section>")[0]
    words = text_of(elsewhere)
    assert f"Process SHA-256 {HASH} on 2 of 5 hosts 3 alerts" in words
    assert "User ann on 2 of 5 hosts 3 alerts" in words or "User ann on 3 of 5 hosts" in words
    assert "Command line cmd /c whoami on 2 of 5 hosts 3 alerts" in words
    links = re.findall(r'<a href="([^"]+)">(\d+) alerts?<', elsewhere)
    assert len(links) == 3
    for link, count in links:
        assert total(await site.get(unescape(link))) == int(count), link


async def test_the_tree_of_a_threat_is_that_of_its_storyline(site: Site) -> None:
    """Threat events of the storyline make the process tree; without them, the document does."""
    site.put("threat", "T=", threat())
    page = (await site.item("threat", "T=")).text
    assert 'role="tree"' in page
    assert "C:\\evil.exe" in page
    for number, (name, parent) in enumerate((("evil.exe", "word.exe"), ("cmd.exe", "evil.exe"))):
        own = {"storyline": "S1", "process": {"unique_key": name}, "parent_process": {"unique_key": parent}}
        process = {"name": name, "parent": {"name": parent}}
        document = {"@timestamp": TIMES[number], "process": process, "sentinel_one": {"threat_event": own}}
        site.put("threat_event", f"E{number}=", document)
    page = (await site.item("threat", "T=")).text
    tree = page.partition('data-testid="process-tree"')[2].partition("</section>")[0]
    assert tree.count('role="treeitem"') == 3
    assert tree.count('role="group"') == 2
    assert tree.index("word.exe") < tree.index("evil.exe") < tree.index("cmd.exe")
    assert "2 threat events" in page


async def test_actions_on_the_finding_and_its_host_are_told(site: Site) -> None:
    """What was done stands in the story, each action with its newest state; actions on other findings do not."""
    site.put("threat", "T=", threat())
    requested = {**action("1", "pending"), "@timestamp": TIMES[35]}
    site.put("response_action", "R1=", requested)
    site.put("response_action", "R2=", {**action("1", "done"), "@timestamp": TIMES[36]})
    on_threat = action("2", "failed", target={"kind": "threat", "id": "77", "name": "evil.exe"})
    site.put("response_action", "R3=", {**on_threat, "host": {}, "@timestamp": TIMES[37]})
    other = action("3", "refused", target={"kind": "threat", "id": "99"})
    site.put("response_action", "R4=", {**other, "host": {}, "@timestamp": TIMES[38]})
    site.put("agent", "H=", agent("225494730938493301", "ws-042"))
    document = threat()
    document["host"] = {"name": "ws-042", "id": "225494730938493301"}
    site.put("threat", "T2=", {**document, "event": {"id": "77"}, "@timestamp": TIMES[50]})
    page = (await site.item("threat", "77")).text
    actions = page.partition('aria-label="Response actions"')[2].partition("</section>")[0]
    assert text_of(actions).count("isolate") == 2
    assert "done" in actions
    assert "pending" not in actions
    assert "failed" in actions
    assert "refused" not in actions


async def test_the_action_has_a_page_of_its_states(site: Site) -> None:
    """An action's page tells its newest state, whichever of its documents was opened."""
    site.put("response_action", "R1=", {**action("1", "pending"), "@timestamp": TIMES[35]})
    site.put("response_action", "R2=", {**action("1", "done"), "@timestamp": TIMES[36]})
    page = await site.item("response_action", "R1=")
    assert 'data-id="R2="' in page.text
    assert "is an older state" in page.text


async def test_the_original_record_stands_beside_the_document(site: Site) -> None:
    """Where the original was kept, it is a tree, too; else the page says which setting keeps it."""
    original = '{"threatInfo":{"threatName":"evil.exe"}}'
    site.put("threat", "T=", {**threat(), "event": {"id": "77", "original": original}})
    page = (await site.item("threat", "T=")).text
    assert "threatInfo" in page.partition("Original record")[2]
    site.put("threat", "U=", threat("78"))
    assert "preserve_original_event" in (await site.item("threat", "U=")).text


async def test_links_are_below_the_prefix(site: Site) -> None:
    """Behind a reverse proxy, each link of a story begins with its path prefix."""
    site.put("agent", "H=", agent("a1", "ws-042"))
    site.put("threat", "T=", threat())
    site.put("alert", "near=", alert("near"))
    site.app.root_path = "/soc"
    for path in ("/soc/threats/77", "/soc/hosts/a1"):
        page = await site.get(path)
        links = re.findall(r'(?:href|src|action)="([^"]*)"', page.text)
        assert len(links) > 20
        assert [link for link in links if not link.startswith(("/soc/", "#")) and link != "/soc"] == []


@pytest.mark.parametrize("path", ["/threats/77", "/threats/77?part=pane", "/hosts/a1", "/hosts/a1?part=pane"])
async def test_links_of_a_story_lead_somewhere(site: Site, path: str) -> None:
    """No link of the article is dead."""
    site.put("agent", "H=", agent("a1", "ws-042"))
    site.put("threat", "T=", threat())
    site.put("alert", "near=", alert("near"))
    site.put("response_action", "R=", {**action("1", "done"), "@timestamp": TIMES[36]})
    page = (await site.get(path)).text
    article = page.partition("<article")[2].partition("</article>")[0]
    links = {unescape(link) for link in re.findall(r'href="([^"]*)"', article)}
    assert len(links) > 3
    for link in links:
        assert (await site.get(link)).status_code == 200, link
        assert not urlsplit(link).netloc

"""Files that agents send: how they are asked for, told of, read, and when they are gone."""

import json
from typing import Any

import pytest

from s1ecs.standin.actions.hostile import with_hostile
from s1ecs.standin.actions.zips import Member, archive

from .acting import PASSWORD, Actor, actor, ids, members
from .conftest import API

__all__ = ["actor"]


def fetch(actor: Actor, agent: dict[str, Any], *paths: str) -> dict[str, Any]:
    """The activity of the files that were fetched."""
    body = {"data": {"password": PASSWORD, "files": list(paths)}}
    assert actor.post(f"/agents/{agent['id']}/actions/fetch-files", body)["data"] == {"success": True}
    actor.wait()
    (fetched,) = actor.activities(80, agentIds=agent["id"])
    return fetched


def test_fetch_files(actor: Actor) -> None:
    """Activity 81 names the batch at once, 80 the same batch and where the zip lies; the password opens it."""
    agent = actor.agents()[0]
    fetched = fetch(actor, agent, r"C:\Users\a b.txt", "/etc/hosts")
    (ordered,) = actor.activities(81, agentIds=agent["id"])
    assert ordered["data"]["commandBatchUuid"] == fetched["data"]["commandBatchUuid"]
    assert fetched["data"]["downloadUrl"] == f"/agents/{agent['id']}/uploads/{fetched['id']}"
    found = actor.zip(fetched["data"]["downloadUrl"])
    assert set(found) == {"C/Users/a b.txt", "etc/hosts", "manifest.json"}
    assert [each["path"] for each in json.loads(found["manifest.json"])] == [r"C:\Users\a b.txt", "/etc/hosts"]


def test_a_wrong_password(actor: Actor) -> None:
    """Another password does not open the zip."""
    fetched = fetch(actor, actor.agents()[0], "/etc/hosts")
    with pytest.raises(RuntimeError, match="Bad password"):
        actor.zip(fetched["data"]["downloadUrl"], "Bbcdef123!x")


def test_a_file_that_is_not_there(actor: Actor) -> None:
    """A missing file is no member, and the manifest has a reason for it."""
    actor.tell(missing_files=["/no/such"])
    found = actor.zip(fetch(actor, actor.agents()[0], "/no/such", "/etc/hosts")["data"]["downloadUrl"])
    assert set(found) == {"etc/hosts", "manifest.json"}
    assert [each["reason"] for each in json.loads(found["manifest.json"])] == ["File not found", ""]


def test_files_are_kept_for_three_days(actor: Actor) -> None:
    """After three days, or when told so, the file is gone: 410 with code 4100010."""
    agent = actor.agents()[0]
    url = fetch(actor, agent, "/etc/hosts")["data"]["downloadUrl"]
    actor.tell(expired_files=[agent["id"]])
    assert actor.send("GET", url, None, 410)["errors"][0]["code"] == 4100010
    actor.tell()
    actor.wait(3 * 86400 - 2)
    assert actor.zip(url)
    actor.wait(3)
    assert actor.send("GET", url, None, 410)["errors"][0]["code"] == 4100010


def test_only_thirty_are_kept(actor: Actor) -> None:
    """Once an agent has sent thirty more, the first is gone."""
    agent = actor.agents()[0]
    url = fetch(actor, agent, "/etc/hosts")["data"]["downloadUrl"]
    body = {"data": {"password": PASSWORD, "files": ["/etc/hosts"]}}
    for _ in range(30):
        assert actor.client.get(f"{API}{url}").status_code == 200
        actor.post(f"/agents/{agent['id']}/actions/fetch-files", body)
        actor.wait()
    assert actor.client.get(f"{API}{url}").status_code == 410


def test_activities_can_be_forgotten(actor: Actor) -> None:
    """Told to, the console never tells of a request, but does what was asked."""
    actor.tell(forget_activities=[81])
    agent = actor.agents()[0]
    fetch(actor, agent, "/etc/hosts")
    assert actor.activities(81) == []


@pytest.mark.parametrize(
    "data",
    [
        {"files": ["/a"]},
        {"password": "short1!A", "files": ["/a"]},
        {"password": "alllowercase1!", "files": ["/a"]},
        {"password": "with blank 1!A", "files": ["/a"]},
        {"password": PASSWORD},
        {"password": PASSWORD, "files": []},
        {"password": PASSWORD, "files": "/a"},
        {"password": PASSWORD, "files": ["relative"]},
        {"password": PASSWORD, "files": ["/var/log/*"]},
        {"password": PASSWORD, "files": ["/a"] * 11},
        {"password": PASSWORD, "files": ["/a"], "more": 1},
    ],
)
def test_bad_requests(actor: Actor, data: dict[str, Any]) -> None:
    """A weak password, no, too many, relative paths and patterns are refused with 400."""
    path = f"/agents/{actor.agents()[0]['id']}/actions/fetch-files"
    assert actor.post(path, {"data": data}, 400)["errors"][0]["code"] == 4000010


def test_paths_of_no_agent(actor: Actor) -> None:
    """An agent that is not there is 404, an id too small 400, an upload of another agent 404."""
    body = {"data": {"password": PASSWORD, "files": ["/a"]}}
    actor.post("/agents/999999999999999999/actions/fetch-files", body, 404)
    actor.post("/agents/123/actions/fetch-files", body, 400)
    first, second = actor.agents()[:2]
    fetched = fetch(actor, first, "/etc/hosts")
    actor.send("GET", f"/agents/{second['id']}/uploads/{fetched['id']}", None, 404)


def test_a_threats_file(actor: Actor) -> None:
    """Activity 86 of the threat names the upload; the zip has the file and the manifest."""
    threat = actor.threat()
    assert actor.post("/threats/fetch-file", {**ids(threat), "data": {"password": PASSWORD}})["data"]["affected"] == 1
    assert actor.activities(86) == []
    actor.wait()
    (told,) = actor.activities(86, threatIds=threat["id"])
    assert told["data"]["filePath"] == told["data"]["downloadUrl"]
    assert len(actor.zip(told["data"]["downloadUrl"])) == 2


@pytest.mark.parametrize("kind", ["traversal", "absolute", "symlink", "bomb", "many"])
def test_hostile_archives(actor: Actor, kind: str) -> None:
    """Told so, an upload has what a careful reader refuses, beside the files."""
    actor.tell(hostile_zip=kind)
    url = fetch(actor, actor.agents()[0], "/etc/hosts")["data"]["downloadUrl"]
    if kind != "bomb":
        assert len(actor.zip(url)) > 2
    else:
        assert len(actor.client.get(f"{API}{url}").content) < 200_000


def test_archives_without_a_password() -> None:
    """Without a password members are plain, with one they are not; both read back the same."""
    wanted = [Member("a/ä.txt", b"abc" * 1000), Member("empty", b"")]
    plain = {each.name: each.content for each in wanted}
    assert members(archive(wanted)) == plain
    assert members(archive(wanted, "pässword"), "pässword") == plain
    assert with_hostile(wanted, None) == wanted

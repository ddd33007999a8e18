"""The blocklist and the indicators of compromise."""

from typing import Any

import pytest

from .acting import Actor, actor

__all__ = ["actor"]

HASH = "3395856ce81f2b7382dee72602f798b642f14140"
SHA256 = "ab" * 32
ITEM = {"type": "black_hash", "osType": "linux", "value": HASH}
IOC = {"source": "s1ecs", "type": "IPV4", "value": "192.0.2.1"}


def scope(actor: Actor) -> dict[str, str]:
    """The ids of where an agent belongs."""
    agent = actor.agents()[0]
    return {key: agent[key] for key in ("accountId", "groupId", "siteId")}


@pytest.mark.parametrize(
    ("key", "level"), [("accountIds", "account"), ("groupIds", "group"), ("siteIds", "site"), ("tenant", "tenant")]
)
def test_a_hash_is_added_read_and_removed(actor: Actor, key: str, level: str) -> None:
    """In each kind of scope: the answer is the item, its list has it, a second one is refused, and it can go."""
    place = "" if key == "tenant" else scope(actor)[key.removesuffix("s")]
    where = {key: [place] if place else True}
    (made,) = actor.post("/restrictions", {"filter": where, "data": ITEM})["data"]
    assert (made["scope"], made["value"], made["source"]) == (level, HASH, "user")
    again = actor.post("/restrictions", {"filter": where, "data": {**ITEM, "value": HASH.upper()}}, 400)
    assert again["errors"][0]["code"] == 4000030
    parameters = {key: place or "true"}
    assert actor.get("/restrictions", type="black_hash", value=HASH, **parameters) == [made]
    assert actor.send("DELETE", "/restrictions", {"data": {"ids": [made["id"]]}})["data"] == {"affected": 1}
    assert actor.get("/restrictions", **parameters) == []
    assert actor.send("DELETE", "/restrictions", {"data": {"ids": [made["id"]]}})["data"] == {"affected": 0}
    assert len(actor.activities(3002, 3020)) == 2


def test_a_sha256_has_a_key_of_its_own(actor: Actor) -> None:
    """SHA-1 goes as `value`, SHA-256 as `sha256Value`; an item may have both, and each alone is refused again."""
    of_sha256 = {key: value for key, value in ITEM.items() if key != "value"} | {"sha256Value": SHA256}
    (made,) = actor.post("/restrictions", {"filter": {"tenant": True}, "data": of_sha256})["data"]
    assert (made["value"], made["sha256Value"]) == (None, SHA256)
    both = {**of_sha256, "value": HASH, "osType": "macos"}
    (mixed,) = actor.post("/restrictions", {"filter": {"tenant": True}, "data": both})["data"]
    assert (mixed["value"], mixed["sha256Value"]) == (HASH, SHA256)
    again = actor.post("/restrictions", {"filter": {"tenant": True}, "data": {**ITEM, "osType": "macos"}}, 400)
    assert again["errors"][0]["code"] == 4000030
    # No filter finds it.
    assert actor.get("/restrictions", value__contains=SHA256) == []
    assert actor.send("DELETE", "/restrictions", {"data": {"ids": [made["id"], mixed["id"]]}})["data"]["affected"] == 2


def test_value_and_value_contains(actor: Actor) -> None:
    """`value` is compared letter for letter, `value__contains` in any case and by parts."""
    actor.post("/restrictions", {"filter": {"tenant": True}, "data": ITEM})
    assert actor.get("/restrictions", value=HASH.upper()) == []
    assert len(actor.get("/restrictions", value__contains=HASH[:9].upper())) == 1


def test_what_lies_above_and_below(actor: Actor) -> None:
    """Items of a scope above or below come only when asked for."""
    where = scope(actor)
    actor.post("/restrictions", {"filter": {"siteIds": [where["siteId"]]}, "data": ITEM})
    above, below = {"accountIds": where["accountId"]}, {"groupIds": where["groupId"]}
    assert actor.get("/restrictions", **above) == []
    assert len(actor.get("/restrictions", includeChildren="true", **above)) == 1
    assert actor.get("/restrictions", **below) == []
    assert len(actor.get("/restrictions", includeParents="true", **below)) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"data": ITEM},
        {"filter": {}, "data": ITEM},
        {"filter": {"tenant": True, "siteIds": ["999999999999999999"]}, "data": ITEM},
        {"filter": {"siteIds": ["12"]}, "data": ITEM},
        {"filter": {"ids": ["999999999999999999"]}, "data": ITEM},
        {"filter": {"tenant": True}, "data": {**ITEM, "type": "white_hash"}},
        {"filter": {"tenant": True}, "data": {**ITEM, "osType": "amiga"}},
        {"filter": {"tenant": True}, "data": {**ITEM, "value": "xyz"}},
        {"filter": {"tenant": True}, "data": {"type": "black_hash", "value": HASH}},
        {"filter": {"tenant": True}, "data": {**ITEM, "value": SHA256}},
        {"filter": {"tenant": True}, "data": {**ITEM, "sha256Value": HASH}},
        {"filter": {"tenant": True}, "data": {"type": "black_hash", "osType": "linux"}},
    ],
)
def test_bad_hashes(actor: Actor, body: dict[str, Any]) -> None:
    """No scope, two kinds of scope, another type, system or value are refused with 400."""
    actor.post("/restrictions", body, 400)


def test_indicators(actor: Actor) -> None:
    """Several are added at once; they are found by value and go by uuid, in their account only."""
    where = {"accountIds": [scope(actor)["accountId"]]}
    others = [IOC, {**IOC, "type": "SHA1", "value": HASH, "method": "EQUALS", "name": "a file"}]
    made = actor.post("/threat-intelligence/iocs", {"filter": where, "data": others})["data"]
    assert [each["value"] for each in made] == ["192.0.2.1", HASH]
    assert made[0]["validUntil"] == "2026-02-14T12:00:00.250000Z"
    assert [each["uuid"] for each in actor.get("/threat-intelligence/iocs", value=HASH)] == [made[1]["uuid"]]
    # Seen so on live consoles: the source filters nothing.
    assert len(actor.get("/threat-intelligence/iocs", source="elsewhere")) == 2
    actor.post("/threat-intelligence/iocs", {"filter": where, "data": [IOC]})
    assert len(actor.get("/threat-intelligence/iocs")) == 2
    gone = {"filter": {**where, "uuids": [made[0]["uuid"]]}}
    assert actor.send("DELETE", "/threat-intelligence/iocs", gone)["data"] == {"affected": 1}
    assert len(actor.get("/threat-intelligence/iocs")) == 1


def test_lives_are_cut(actor: Actor) -> None:
    """An address lives for 30 days at most."""
    body = {"filter": {"tenant": True}, "data": [{**IOC, "validUntil": "2030-01-01T00:00:00Z"}]}
    (made,) = actor.post("/threat-intelligence/iocs", body)["data"]
    assert made["validUntil"].startswith("2026-03-02T")


@pytest.mark.parametrize(
    "data",
    [
        IOC,
        [],
        [{**IOC, "type": "ipv4"}],
        [{**IOC, "value": "x"}],
        [{**IOC, "method": "LIKE"}],
        [{**IOC, "validUntil": "tomorrow"}],
        [{**IOC, "unknown": 1}],
        [{"type": "IPV4", "value": "192.0.2.1"}],
        [{**IOC, "type": "SHA1", "value": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}],
    ],
)
def test_bad_indicators(actor: Actor, data: Any) -> None:
    """Other types, values, methods, times, missing keys and the empty file's hash are refused with 400."""
    actor.post("/threat-intelligence/iocs", {"filter": {"tenant": True}, "data": data}, 400)


def test_a_token_of_one_site_adds_to_its_site_only(actor: Actor) -> None:
    """Elsewhere it is refused with 403."""
    sites = {each["siteId"] for each in actor.get("/agents", limit=60)}
    actor.by("actor-site")
    own = actor.get("/agents")[0]["siteId"]
    for site in sites:
        body = {"filter": {"siteIds": [site]}, "data": ITEM}
        actor.post("/restrictions", body, 200 if site == own else 403)


def test_a_token_of_several_accounts(actor: Actor) -> None:
    """It is refused the indicators with 403 of code 4030010 and a title of its own."""
    answered = actor.by("actor-accounts").send("GET", "/threat-intelligence/iocs", None, 403)
    (error,) = answered["errors"]
    assert (error["code"], error["title"]) == (4030010, "This page doesn't support multi-scopes users yet")

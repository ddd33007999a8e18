from typing import Any

import pytest

from s1ecs.errors import ActionRefused
from s1ecs.respond.actions.action import Lookup
from s1ecs.respond.actions.scripts import SCRIPTS
from s1ecs.respond.plan import targets
from s1ecs.respond.plan.lookups import found, reads_for

HASH = "95e979551bd820befb1aa9f03c39513033e9273f"
SITE, OTHER = "225494730938493915", "225494730938493916"
OF_SITE = {"value": HASH, "scope_filter": {"siteIds": [SITE]}}


def _blocked(**more: Any) -> dict[str, Any]:
    return {"id": "1", "value": HASH.upper(), "osType": "linux", "scopeName": "Site 1", **more}


def _terminating(instructions: str) -> dict[str, Any]:
    return {
        "id": "7",
        "creator": "SentinelOne",
        "creatorId": "-1",
        "osTypes": ["windows"],
        "inputInstructions": f"-Terminate -Processes <names> {instructions}",
    }


def test_a_process_is_killed_by_its_id_where_the_script_offers_it() -> None:
    """The option for process ids is the one that the script's instructions name; without one it is refused."""
    values = {"system": "windows", "pid": "4711"}
    for option in ("-Pids", "-ProcessIds", "--pid"):
        chosen = found(Lookup.TERMINATE, values, [_terminating(f"[{option} <ids>] [-Force]")])
        assert chosen == {"script": "7", "pid_option": option}
        [action] = [each for each in SCRIPTS if each.name == "kill-process"]
        assert action.values({**values, **chosen})["input"] == f"-Terminate {option} 4711 -Force"
    with pytest.raises(ActionRefused, match="by name only"):
        found(Lookup.TERMINATE, values, [_terminating("[-Force] -rapid")])
    assert found(Lookup.TERMINATE, {"system": "windows"}, [_terminating("")])["script"] == "7"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"siteIds": [SITE]}, {"scope": "site", "scopeId": SITE}),
        ({"siteIds": [SITE]}, {"scope": {"siteIds": [SITE]}}),
        ({"tenant": True}, {"scope": {"tenant": True}}),
        ({"tenant": True}, {"scope": "global", "scopeId": ""}),
    ],
)
def test_items_of_the_scope_itself_are_removed(wanted: dict[str, Any], told: dict[str, Any]) -> None:
    """An item whose record names the wanted scope, in either form, is taken, and told with system and scope."""
    values = found(Lookup.BLOCKED, {"value": HASH, "scope_filter": wanted}, [_blocked(**told)])
    assert values["items"] == ["1"]
    assert values["told"] == [("item", "1 on linux, scope Site 1")]


@pytest.mark.parametrize(
    "told",
    [
        {"scope": "site", "scopeId": OTHER},
        {"scope": "account", "scopeId": SITE},
        {"scope": {"siteIds": [OTHER]}},
        {"scope": {"siteIds": [SITE, OTHER]}},
        {"scope": {"tenant": True}},
        {},
    ],
)
def test_items_of_another_scope_are_not(told: dict[str, Any]) -> None:
    """Where the console lists an item of another scope, or of one that it does not tell, nothing is removed."""
    listed = [_blocked(scope="site", scopeId=SITE), _blocked(**{"id": "2", **told})]
    with pytest.raises(ActionRefused, match="2 on linux"):
        found(Lookup.BLOCKED, OF_SITE, listed)


SHA256 = "ab" * 32


@pytest.mark.parametrize("wanted", [SHA256, SHA256.upper(), HASH])
def test_an_item_is_found_by_either_of_its_hashes(wanted: str) -> None:
    """SHA-256 has a key of its own, in any case; an item with both hashes is found by each, and both are told."""
    site = {"scope": "site", "scopeId": SITE}
    both = _blocked(sha256Value=SHA256, **site)
    other = _blocked(id="3", value=None, sha256Value="cd" * 32, **site)
    values = found(Lookup.BLOCKED, {**OF_SITE, "value": wanted}, [both, other])
    assert values["items"] == ["1"]
    assert values["told"] == [("item", f"1 on linux, scope Site 1, {HASH.upper()} and {SHA256}")]


def test_a_hash_of_which_there_is_no_filter_is_looked_for_in_the_whole_list() -> None:
    """The API filters the blocklist by SHA-1 alone: for a SHA-256 every page is read."""
    [sha1], [sha256] = (
        reads_for(Lookup.BLOCKED, {"value": value, "scope_query": {"siteIds": SITE}}) for value in (HASH, SHA256)
    )
    assert (sha1.params["value__contains"], sha1.params["siteIds"]) == (HASH, SITE)
    assert "value__contains" not in sha256.params
    assert sha256.whole


def test_indicators_are_asked_for_in_every_usual_spelling() -> None:
    """The filter of indicators sees letters as they are written: a hash is asked for in small and capital ones."""
    asked = [
        [read.params["value"] for read in reads_for(Lookup.INDICATORS, {"value": value, "scope_query": {}})]
        for value in ("Evil.example", "http://x/A")
    ]
    assert asked == [["Evil.example", "evil.example", "EVIL.EXAMPLE"], ["http://x/A"]]


def _indicators(value: str, kind: str, *listed: str) -> Any:
    records = [{"uuid": str(n), "value": each, "type": kind} for n, each in enumerate(listed)]
    return found(Lookup.INDICATORS, {"value": value, "scope_filter": {"siteIds": [SITE]}}, records)["items"]


def test_capital_letters_of_indicators() -> None:
    """Hashes and domain names are found in any case; a URL with another capital letter is another URL."""
    assert _indicators("http://x/a", "URL", "http://x/A", "http://x/a") == ["1"]
    assert _indicators("EVIL.example", "DNS", "evil.EXAMPLE") == ["0"]
    assert _indicators(HASH, "SHA1", HASH.upper()) == ["0"]


def test_no_scope_of_another_kind() -> None:
    """A kind of scope that there is not is refused, with those that there are."""
    with pytest.raises(ActionRefused, match=r"'planet'.*site, account, group, tenant"):
        targets.scope_target("planet", SITE)

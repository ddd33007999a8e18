from typing import Any

import pytest

from s1ecs.errors import ActionRefused
from s1ecs.respond import subjects
from s1ecs.respond.action import Lookup
from s1ecs.respond.lookups import found

HASH = "95e979551bd820befb1aa9f03c39513033e9273f"
SITE, OTHER = "225494730938493915", "225494730938493916"
OF_SITE = {"value": HASH, "scope_filter": {"siteIds": [SITE]}}


def _blocked(**more: Any) -> dict[str, Any]:
    return {"id": "1", "value": HASH.upper(), "osType": "linux", "scopeName": "Site 1", **more}


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
        subjects.scope_target("planet", SITE)

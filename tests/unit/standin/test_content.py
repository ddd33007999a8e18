"""What the made-up organisation holds."""

import ipaddress
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from s1ecs.standin.alerts import history
from s1ecs.standin.organisation import organisation

from .conftest import ALERTS, NOW, Start

_DOCUMENTATION = [
    ipaddress.ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    """Two thousand alerts."""
    return list(history(organisation(1, NOW), 2000))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def test_same_seed_same_bytes(start: Start) -> None:
    """The same seed and time give the same bytes; another seed gives others."""
    first, again, other = (start(seed=seed).get(f"{ALERTS}?limit=1000").content for seed in (1, 1, 2))
    assert first == again != other


def test_all_lie_in_the_last_day(records: list[dict[str, Any]]) -> None:
    """All alerts lie within the 23 hours before now, and each one's times are in order."""
    earliest = NOW - timedelta(hours=23)
    for record in records:
        about = record["alertInfo"]
        assert all(_TIME.fullmatch(about[key]) for key in ("createdAt", "reportedAt", "updatedAt"))
        created, reported, updated = (
            datetime.fromisoformat(about[key]) for key in ("createdAt", "reportedAt", "updatedAt")
        )
        assert earliest < created <= reported <= updated <= NOW


def test_ids_differ(records: list[dict[str, Any]]) -> None:
    """No two alerts share an id, though some share their time; ids are decimal and large, as the API's are."""
    ids = {record["alertInfo"]["alertId"] for record in records}
    assert len(ids) == len(records)
    assert len({record["alertInfo"]["createdAt"] for record in records}) < len(records)
    assert all(each.isdecimal() and int(each) >= 10**17 for each in ids)


def test_only_documentation_addresses(records: list[dict[str, Any]]) -> None:
    """Every address in the records is of a range set aside for documentation, every name of a reserved domain."""
    texts = [text for record in records for text in _texts(record)]
    found = [address for text in texts for address in re.findall(r"(?<![\w.])\d+\.\d+\.\d+\.\d+(?![\w.])", text)]
    versions = {record["agentDetectionInfo"]["version"] for record in records}
    addresses = {ipaddress.ip_address(each) for each in found if each not in versions}
    addresses |= {ipaddress.ip_address(text) for text in texts if text.startswith("2001:")}
    assert addresses
    assert all(any(address in network for network in _DOCUMENTATION) for address in addresses)
    requests = {record["alertInfo"]["dnsRequest"] for record in records} - {None, ""}
    assert requests
    assert all(name.endswith((".example", ".test", "example.com")) for name in requests)


def test_every_variety_occurs(records: list[dict[str, Any]]) -> None:
    """All operating systems, severities and kinds of event occur, and containers on some hosts."""

    def values(section: str, key: str) -> set[Any]:
        return {record[section][key] for record in records}

    assert values("agentRealtimeInfo", "os") == {"windows", "windows_legacy", "macos", "linux"}
    assert values("ruleInfo", "severity") == {"Low", "Medium", "High", "Critical"}
    assert values("alertInfo", "eventType") >= {"PROCESSCREATION", "FILECREATION", "DNS", "TCPV4", "LOGIN"}
    assert values("alertInfo", "netEventDirection") >= {"outbound", "inbound", None, ""}
    assert len(values("containerInfo", "id")) > 1
    assert len(values("kubernetesInfo", "cluster")) > 1


def test_every_template_is_filled(records: list[dict[str, Any]]) -> None:
    """No record shows a template's braces."""
    assert not [text for record in records for text in _texts(record) if re.search(r"\{\w+\}", text)]

"""Lists of any length inside of a record."""

import json
from collections.abc import Callable
from time import thread_time
from typing import Any

import pytest

from s1ecs.records import dumps, record_from_line
from s1ecs.streams import STREAMS

LONG = 20_000


def _addresses(count: int) -> list[str]:
    return [f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}" for number in range(count)]


def _interfaces(count: int) -> list[dict[str, Any]]:
    return [{"inet": [each], "physical": f"m{each}", "gatewayIp": f"1{each}"} for each in _addresses(count)]


RECORDS: dict[str, Callable[[], dict[str, Any]]] = {
    "agent": lambda: {"networkInterfaces": _interfaces(LONG), "lastIpToMgmt": _addresses(LONG)},
    "threat": lambda: {
        "agentRealtimeInfo": {"networkInterfaces": _interfaces(LONG)},
        "indicators": [{"ids": [number], "tactics": [{"name": f"t{number}"}]} for number in range(LONG)],
        "agentDetectionInfo": {"agentIpV4": ",".join(_addresses(LONG)), "externalIp": _addresses(LONG)},
    },
    "alert": lambda: {"alertInfo": {"srcIp": _addresses(LONG), "dstIp": _addresses(LONG)}},
    "activity": lambda: {"data": {"computerName": [f"h{number}" for number in range(LONG)], "ip": _addresses(LONG)}},
    "unified_alert": lambda: {
        "assets": [{"id": [f"h{number}" for number in range(LONG)], "name": _addresses(LONG)}],
        "detectionTime": {"assets": [{"asset": {"ipV4": _addresses(LONG)}}]},
    },
}  # fmt: skip


@pytest.mark.parametrize("stream", RECORDS)
def test_long_lists_are_gathered_in_time(stream: str) -> None:
    """A record with tens of thousands of addresses and names is mapped in a second or so, not in minutes."""
    record = record_from_line(json.dumps(RECORDS[stream]()).encode())
    mapper = STREAMS[stream].mapper()
    began = thread_time()
    document = mapper.map(record).document
    assert thread_time() - began < 5
    assert len(dumps(document)) > LONG

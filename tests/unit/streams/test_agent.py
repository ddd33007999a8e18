"""What is special in agents."""

from typing import Any

import pytest

from s1ecs.streams.agent import STREAM
from s1ecs.streams.collection_modes import ByTime

from .documents import document_of, mapped, record_of


def interfaces_of(*interfaces: Any) -> dict[str, Any]:
    """The document of an agent with these network interfaces."""
    return document_of(STREAM, {"networkInterfaces": list(interfaces)})


def test_identity_is_the_whole_record() -> None:
    """Two records that share id and time of update have ids of their own."""
    mapper = STREAM.mapper()
    same = {"id": "1", "updatedAt": "2026-01-01T00:00:00Z"}
    ids = {mapper.identify(record_of({**same, "infected": infected})) for infected in (True, False)}
    assert len(ids) == 2
    assert mapper.identify(record_of({"name": "a", "id": "1"})) == "qPElV1oJdoB9LorJ+4xpUB69iPg="


def test_external_address() -> None:
    """A bad external address is named twice, an empty one once; a list and a place come of a good one."""
    assert len(document_of(STREAM, {"externalIp": "x"})["error"]["message"]) == 2
    assert document_of(STREAM, {"externalIp": ""})["error"]["message"] == ["'' is not an IP string literal."]
    host = document_of(STREAM, {"externalIp": "192.0.2.1"}, {"192.0.2.1": {"city_name": "London"}})["host"]
    assert host == {"geo": {"city_name": "London"}, "ip": ["192.0.2.1"]}


def test_group_address_is_not_checked() -> None:
    """The address of a group names a network with an x; it is no address and not among the related ones."""
    document = document_of(STREAM, {"groupIp": "192.0.2.x"})
    assert document["sentinel_one"]["agent"]["group"] == {"ip": "192.0.2.x"}
    assert document.keys() == {"ecs", "event", "sentinel_one"}


@pytest.mark.parametrize("value", ["none", {"id": "1", "physical": "aa:bb"}, 7])
def test_lists_that_are_none_stay(value: Any) -> None:
    """Interfaces and tags that are no list are delivered untouched."""
    document = document_of(STREAM, {"networkInterfaces": value, "tags": {"sentinelone": value}})
    assert document["sentinel_one"]["agent"] == {"network_interfaces": value, "tags": value}
    assert "host" not in document


def test_gateway() -> None:
    """Address and MAC of the gateway form an object; the raw keys go."""
    document = interfaces_of({"gatewayIp": "192.0.2.254", "gatewayMacAddress": "00.00:5e-00:53:fe", "x": 1})
    assert document["sentinel_one"]["agent"]["network_interfaces"] == [
        {"gateway": {"ip": "192.0.2.254", "mac": "00-00-5E-00-53-FE"}, "x": 1}
    ]


def test_bad_gateway_is_related_nevertheless() -> None:
    """A gateway that is no address gives a text, no field, and still stands in related.ip."""
    document = interfaces_of({"id": "1", "gatewayIp": "gw"})
    assert document["error"]["message"] == ["'gw' is not an IP string literal."]
    assert document["related"] == {"ip": ["gw"]}
    assert document["sentinel_one"]["agent"]["network_interfaces"] == [{"id": "1"}]


def test_gateways_of_a_list() -> None:
    """Of a list of gateways each member is related as it came, nothing of null and of an empty text."""
    document = interfaces_of({"id": "1", "gatewayIp": ["192.0.2.1", None, "", "gw", {"a": None}]})
    assert document["error"]["message"] == ["'null' is not an IP string literal."]
    assert document["related"] == {"ip": ["192.0.2.1", "gw", "{a=null}"]}


def test_bad_address_leaves_its_list() -> None:
    """A bad member goes with a text, the others stay; an empty or null member is a bad one."""
    document = interfaces_of({"inet": ["192.0.2.1", "x", "", None, "192.0.2.2"]}, {"inet6": ["2001:db8::1", 6]})
    assert document["error"]["message"] == [
        "'x' is not an IP string literal.",
        "'' is not an IP string literal.",
        "'null' is not an IP string literal.",
        "'6' is not an IP string literal.",
    ]
    assert document["sentinel_one"]["agent"]["network_interfaces"] == [
        {"inet": ["192.0.2.1", "192.0.2.2"]},
        {"inet6": ["2001:db8::1"]},
    ]


def test_related_addresses_in_three_passes() -> None:
    """related.ip: all gateways, then all IPv4, then all IPv6 addresses, after those of the agent itself."""
    document = document_of(
        STREAM,
        {
            "externalIp": "198.51.100.1",
            "lastIpToMgmt": "10.0.0.1",
            "networkInterfaces": [
                {"inet6": ["2001:db8::1"], "inet": ["10.0.0.1", "10.0.0.2"], "gatewayIp": "10.0.0.254"},
                {"inet6": ["2001:db8::2"], "inet": ["10.0.0.3"], "gatewayIp": "10.0.0.253"},
            ],
        },
    )
    assert document["related"]["ip"] == [
        *("198.51.100.1", "10.0.0.1", "10.0.0.254", "10.0.0.253", "10.0.0.2", "10.0.0.3", "2001:db8::1", "2001:db8::2"),
    ]


def test_hardware_addresses_keep_doubles() -> None:
    """host.mac has one entry an interface, doubles too; groups are not cut anew; the raw key goes."""
    document = interfaces_of(
        {"physical": "00:00:5e:00:53:aa"},
        {"physical": "00-00-5E-00-53-AA"},
        {"physical": "0000.5e00.53bb"},
        {"id": "4"},
    )
    assert document["host"] == {"mac": ["00-00-5E-00-53-AA", "00-00-5E-00-53-AA", "0000-5E00-53BB"]}
    assert document["sentinel_one"]["agent"] == {"network_interfaces": [{"id": "4"}]}


def test_wrong_shape_ends_a_step_in_silence() -> None:
    """An interface that is no object ends every step there: those before it are worked on, those behind it stay raw."""
    raw = {"gatewayIp": "10.0.0.253", "inet": ["y"], "physical": "cc"}
    result = mapped(STREAM, {"networkInterfaces": [{"inet": ["10.0.0.1"], "physical": "aa:bb"}, "odd", raw]})
    assert not result.failed
    assert "error" not in result.document
    assert result.document["sentinel_one"]["agent"]["network_interfaces"] == [{"inet": ["10.0.0.1"]}, "odd", raw]
    assert result.document["host"] == {"mac": ["AA-BB"]}
    assert result.document["related"] == {"ip": ["10.0.0.1"]}


def test_wrong_shape_ends_that_step_alone() -> None:
    """A list of addresses that is none ends the step over IPv4; the steps behind it go on."""
    document = interfaces_of({"inet": "10.0.0.1", "physical": "aa"}, {"inet": ["x"], "inet6": ["y"], "physical": "bb"})
    assert document["error"]["message"] == ["'y' is not an IP string literal."]
    assert document["host"] == {"mac": ["AA", "BB"]}
    assert document["sentinel_one"]["agent"]["network_interfaces"] == [{"inet": "10.0.0.1"}, {"inet": ["x"]}]


@pytest.mark.parametrize("time", ["then", "", 7, None])
def test_bad_time_of_a_tag_is_lost_in_silence(time: Any) -> None:
    """A tag's time of assignment that is no date leaves neither field nor text; the rest of the tag stays."""
    tag = {"assignedAt": time, "assignedBy": "u", "assignedById": 1, "value": "v", "more": {"a": 1}}
    document = document_of(STREAM, {"tags": {"sentinelone": [tag, "odd"]}})
    assert document["sentinel_one"]["agent"]["tags"] == [
        {"assigned_by": "u", "assigned_by_id": 1, "value": "v", "more": {"a": 1}},
        "odd",
    ]
    assert "error" not in document


def test_operating_system_that_is_no_text_fails() -> None:
    """An osType that is no text ends the record; an empty or unknown one is absent."""
    result = mapped(STREAM, {"osType": False, "id": "1", "uuid": "behind"})
    assert result.failed
    assert result.document["error"]["message"] == ["[false] is not text"]
    assert result.document["sentinel_one"]["agent"] == {"agent": {"id": "1"}}
    assert "host" not in document_of(STREAM, {"osType": ""})
    assert "host" not in document_of(STREAM, {"osType": "BeOS"})


def test_every_agent_is_asked_for() -> None:
    """Decommissioned agents are asked for by name, all of them at first, and everything again once a day."""
    assert isinstance(STREAM.ask, ByTime)
    assert STREAM.ask.parameters == {"isDecommissioned": "True,False"}
    assert STREAM.ask.first_poll is None
    assert STREAM.ask.reread is not None
    assert STREAM.ask.reread.interval is not None

"""Where addresses lie: the fields of a City database's entries, and what a file must be to be one."""

from pathlib import Path
from typing import Any

import pytest

from s1ecs.ecs.converters import Bad
from s1ecs.ecs.geoip import FIELDS, Locate, first_known, geo_fields, open_database
from s1ecs.errors import UsageError
from tests.unit.ecs.city import LONDON, LONDON_FIELDS, database


@pytest.fixture
def locate(tmp_path: Path) -> Locate:
    """A database in which one network of each protocol lies in London."""
    return open_database(database(tmp_path / "city.mmdb", {"192.0.2.0/24": LONDON, "2001:db8::/32": LONDON}))


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:DB8::1"])
def test_known_address(locate: Locate, address: str) -> None:
    """English names, and the region by its most specific subdivision."""
    assert locate(address) == LONDON_FIELDS
    assert LONDON_FIELDS.keys() == FIELDS.keys()


@pytest.mark.parametrize("address", ["198.51.100.1", "10.0.0.1", "::1"])
def test_unknown_address(locate: Locate, address: str) -> None:
    """An address that the database lacks has no place, and that is no error."""
    assert locate(address) is None


def test_database_of_the_older_protocol_only(tmp_path: Path) -> None:
    """A database without IPv6 knows no IPv6 address, and that is no error."""
    locate = open_database(database(tmp_path / "four.mmdb", {"192.0.2.0/24": LONDON}, ip_version=4))
    assert (locate("192.0.2.1"), locate("2001:db8::1")) == (LONDON_FIELDS, None)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"country": {"iso_code": "GB"}}, {"country_iso_code": "GB"}),
        ({"subdivisions": [{"iso_code": "ENG", "names": {"en": "England"}}]}, {"region_name": "England"}),
        ({"location": {"latitude": 51.5}}, None),
        ({"location": {"latitude": 0.0, "longitude": 0.0}}, {"location": {"lat": 0.0, "lon": 0.0}}),
        ({"city": {"names": {"de": "Köln"}}}, None),
        ({"city": "London", "subdivisions": {"iso_code": "ENG"}}, None),
        ({"subdivisions": []}, None),
        ({}, None),
        (None, None),
        ("London", None),
    ],
)
def test_what_an_entry_lacks_is_left_out(entry: Any, expected: Any) -> None:
    """A place has the fields that its entry allows: both coordinates or none, English names or none."""
    assert expected == geo_fields(entry)


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is named, with what is needed."""
    with pytest.raises(UsageError, match=r"nowhere\.mmdb: No such file or directory; a MaxMind City database"):
        open_database(tmp_path / "nowhere.mmdb")


def test_folder(tmp_path: Path) -> None:
    """A folder is no database."""
    with pytest.raises(UsageError, match=r"a (MaxMind )?City database"):
        open_database(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 something else", b"\xab\xcd\xefMaxMind.com"])
def test_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    """A file of another kind is named, with what is needed."""
    path = tmp_path / "other.mmdb"
    path.write_bytes(content)
    with pytest.raises(
        UsageError, match=r"other\.mmdb: not a MaxMind database; a City database \(\.mmdb\) is required"
    ):
        open_database(path)


def test_database_of_another_type(tmp_path: Path) -> None:
    """A database of countries or networks lacks what `host.geo` needs, so it is refused at once."""
    path = database(tmp_path / "asn.mmdb", {"192.0.2.0/24": {"autonomous_system_number": 64496}}, "GeoLite2-ASN")
    with pytest.raises(UsageError, match=r"asn\.mmdb: a database of type GeoLite2-ASN; a City database is required"):
        open_database(path)


def test_look_up_that_fails(tmp_path: Path) -> None:
    """A database that turns out to be damaged gives a text for the address, not an exception."""
    path = database(tmp_path / "city.mmdb", {"192.0.2.0/24": LONDON})
    damaged = tmp_path / "damaged.mmdb"
    damaged.write_bytes(path.read_bytes().replace(b"London", b"\xff\xff\xff\xff\xff\xff"))
    with pytest.raises(Bad, match=r"^'192\.0\.2\.1' could not be looked up in the GeoIP database: "):
        open_database(damaged)("192.0.2.1")


def test_first_known_of_a_list() -> None:
    """Of several addresses the first that is known counts; one that can't be looked up is named and passed over."""

    def locate(address: str) -> dict[str, Any] | None:
        if address == "192.0.2.1":
            raise Bad("no luck")
        return {"city_name": address} if address != "192.0.2.2" else None

    problems: list[str] = []
    addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]
    assert first_known(locate, addresses, problems) == {"city_name": "192.0.2.3"}
    assert problems == ["no luck"]


def test_no_database_no_place() -> None:
    """Without a database an address has no place, and that is no error."""
    problems: list[str] = []
    assert (first_known(None, "192.0.2.1", problems), problems) == (None, [])

"""The user's City database, given to the installed command."""

import json

import pytest

from tests.unit.ecs.city import LONDON, LONDON_FIELDS, database

from .conftest import Commands


def test_transform_tells_where_an_address_lies(alone: Commands) -> None:
    """With a City database the documents say where the host's public address lies; without one they don't."""
    path = database(alone.folder / "city.mmdb", {"192.0.2.0/24": LONDON})
    line = '{"externalIp":"192.0.2.1"}\n'
    without = json.loads(alone.run("transform", "agent", stdin=line).stdout)
    result = json.loads(alone.run("transform", "agent", "--geoip", str(path), stdin=line).stdout)
    assert result["host"] == {"ip": ["192.0.2.1"], "geo": LONDON_FIELDS}
    assert without["host"] == {"ip": ["192.0.2.1"]}


@pytest.mark.parametrize("content", [None, b"no database"])
def test_what_is_no_database_is_said_at_once(alone: Commands, content: bytes | None) -> None:
    """A file that is missing or of another kind is named in one line, before anything is written."""
    if content is not None:
        (alone.folder / "city.mmdb").write_bytes(content)
    result = alone.run("transform", "agent", "--geoip", "city.mmdb", stdin="{}\n")
    assert (result.returncode, result.stdout) == (2, "")
    assert "city.mmdb: " in result.stderr
    assert "City database (.mmdb) is required" in result.stderr

"""Location of an address, from the user's MaxMind City database."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from s1ecs.ecs.converters import Bad
from s1ecs.errors import UsageError
from s1ecs.open_files import at_limit

if TYPE_CHECKING:
    import maxminddb
    from maxminddb.reader import Metadata

# An address that is good -> the fields of `host.geo`, None where it is not known; raises Bad when the look-up fails.
Locate = Callable[[str], Mapping[str, Any] | None]

# What a place may consist of, and what each part means.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "city_name": "City of the address.",
        "continent_name": "Continent of the address.",
        "country_iso_code": "ISO code of the country of the address.",
        "country_name": "Country of the address.",
        "location": "Longitude and latitude of the address.",
        "region_iso_code": "ISO code of the region of the address.",
        "region_name": "Region of the address.",
    }
)


def open_database(path: Path) -> Locate:
    """The look-up of a City database; raise UsageError for a file that is missing or no such database."""
    import maxminddb  # for those alone who have a database

    reader, metadata = _opened(path)

    def locate(address: str) -> Mapping[str, Any] | None:
        if ":" in address and metadata.ip_version == 4:  # noqa: PLR2004 - the IP version
            return None
        try:
            found = reader.get(address)
        except (maxminddb.InvalidDatabaseError, ValueError) as error:
            raise Bad(f"'{address}' could not be looked up in the GeoIP database: {error}") from None
        return geo_fields(found)

    return locate


def built_at(path: Path) -> datetime:
    """When a City database was built, UTC; raise UsageError like `open_database`."""
    reader, metadata = _opened(path)
    reader.close()
    return datetime.fromtimestamp(metadata.build_epoch, UTC)


def _opened(path: Path) -> "tuple[maxminddb.Reader, Metadata]":
    import maxminddb

    try:
        reader = maxminddb.open_database(path)
    except OSError as error:
        raise UsageError(
            f"{path}: {at_limit(error) or error.strerror or error}; a MaxMind City database (.mmdb) is required"
        ) from None
    except (maxminddb.InvalidDatabaseError, ValueError):
        raise UsageError(f"{path}: not a MaxMind database; a City database (.mmdb) is required") from None
    metadata = reader.metadata()
    if "City" not in metadata.database_type:
        reader.close()
        raise UsageError(f"{path}: a database of type {metadata.database_type}; a City database is required")
    return reader, metadata


def geo_fields(found: Any) -> dict[str, Any] | None:
    """The fields of `host.geo` that a City database's entry has, names in English; None when it has none."""
    country = _part(found, "country", "iso_code")
    subdivisions = _part(found, "subdivisions")
    # The most specific stands last.
    subdivision = subdivisions[-1] if isinstance(subdivisions, list) and subdivisions else None
    region = _part(subdivision, "iso_code")
    latitude, longitude = _part(found, "location", "latitude"), _part(found, "location", "longitude")
    fields = {
        "continent_name": _part(found, "continent", "names", "en"),
        "country_name": _part(found, "country", "names", "en"),
        "country_iso_code": country,
        "region_iso_code": f"{country}-{region}" if country and region else None,
        "region_name": _part(subdivision, "names", "en"),
        "city_name": _part(found, "city", "names", "en"),
        "location": None if latitude is None or longitude is None else {"lat": latitude, "lon": longitude},
    }
    return {name: value for name, value in fields.items() if value} or None


def _part(value: Any, *path: str) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def first_known(locate: Locate | None, addresses: str | list[str] | None, problems: list[str]) -> dict[str, Any] | None:
    """Locate the first known address; a failed look-up is reported as a problem."""
    if locate is None or addresses is None:
        return None
    for address in addresses if isinstance(addresses, list) else [addresses]:
        try:
            place = locate(address)
        except Bad as bad:
            problems.append(str(bad))
        else:
            if place:
                return dict(place)
    return None

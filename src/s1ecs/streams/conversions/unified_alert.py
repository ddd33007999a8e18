"""A unified alert made ready for its table: keys in snake case, values converted where they stand."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from s1ecs.ecs import converters, dates
from s1ecs.streams.conversions.snake_case import in_snake_case

ConvertedKind = Literal["boolean", "date", "ip", "long"]

CONVERTERS: Mapping[ConvertedKind, Callable[[Any], Any]] = MappingProxyType(
    {"boolean": converters.boolean, "date": dates.date, "ip": converters.ip, "long": converters.long}
)


class PathConversion(NamedTuple):
    """The kind of the value at a path of the renamed record; `name[]` is each member of that list.

    `empty_skipped`: "" stays as it is, where it is else a bad value. `silent`: a bad value leaves no text.
    """

    path: str
    kind: ConvertedKind
    empty_skipped: bool = False
    silent: bool = False


def _date(path: str, *, silent: bool = False) -> PathConversion:
    return PathConversion(path, "date", empty_skipped=True, silent=silent)


def _objective(path: str) -> tuple[PathConversion, ...]:
    """The conversions inside of one service-level objective."""
    return (
        PathConversion(f"{path}.action_complete", "boolean"),
        PathConversion(f"{path}.action_due", "long"),
        PathConversion(f"{path}.completion", "long"),
        PathConversion(f"{path}.target", "long"),
        _date(f"{path}.completion_time"),
        _date(f"{path}.target_time"),
    )


CONVERSIONS = (
    _date("created_at"),
    PathConversion("assets[].accessible", "boolean"),
    PathConversion("assets[].decommissioned", "boolean"),
    PathConversion("assets[].pending_reboot", "boolean"),
    _date("detected_at"),
    PathConversion("detection_time.assets[].accessible", "boolean"),
    PathConversion("detection_time.assets[].asset.console_ip_address", "ip"),
    PathConversion("detection_time.assets[].asset.ip_v4", "ip"),
    PathConversion("detection_time.assets[].asset.ip_v6", "ip"),
    _date("detection_time.assets[].asset.subscription_time", silent=True),
    PathConversion("detection_time.attacker.ip", "ip", empty_skipped=True),
    _date("first_seen_at"),
    _date("last_seen_at"),
    PathConversion("note_exists", "boolean"),
    *_objective("slo_details.time_to_resolve_data"),
    *_objective("slo_details.time_to_response_data"),
    _date("updated_at"),
)

# The object that a conversion's value lies in, and its key there.
_PLACES = tuple((*conversion.path.rpartition(".")[::2], conversion) for conversion in CONVERSIONS)
_AROUND = {around: tuple(filter(None, around.split("."))) for around, _, _ in _PLACES}


def prepare(record: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    """The record in snake case with its values converted; a bad value is taken out, its text goes to `problems`."""
    prepared: dict[str, Any] = in_snake_case(record)
    objects = {around: list(_objects(prepared, steps)) for around, steps in _AROUND.items()}
    for around, key, conversion in _PLACES:
        for part in objects[around]:
            _convert(part, key, conversion, problems)
    return prepared


def _convert(part: dict[str, Any], key: str, conversion: PathConversion, problems: list[str]) -> None:
    value = part.get(key)
    if value is None or (conversion.empty_skipped and value == ""):
        return
    try:
        part[key] = CONVERTERS[conversion.kind](value)
    except converters.Bad as bad:
        del part[key]
        if not conversion.silent:
            problems.append(str(bad))


def _objects(part: Any, steps: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The objects that a path leads to."""
    if not isinstance(part, dict):
        return
    if not steps:
        yield part
        return
    step, *further = steps
    inner = part.get(step.removesuffix("[]"))
    if not step.endswith("[]"):
        yield from _objects(inner, tuple(further))
    elif isinstance(inner, list):
        for member in inner:
            yield from _objects(member, tuple(further))

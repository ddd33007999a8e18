"""A threat's classification in ECS: the same words in activities and in threats."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from s1ecs.ecs.converters import WholeRecordFailure, not_text

# Classification in lower case -> event.category and event.type. Others, such as Generic.Heuristic, have neither.
CATEGORY_AND_TYPE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "exploit": ("threat", "indicator"),
        "pua": ("threat", "indicator"),
        "malware": ("malware", "info"),
        "ransomware": ("malware", "info"),
        "trojan": ("malware", "info"),
        "downloader": ("malware", "info"),
    }
)


def in_lower_case(value: Any) -> str:
    """A text for comparing in any letter case; raise WholeRecordFailure for what is no text."""
    if not isinstance(value, str):
        raise WholeRecordFailure(not_text(value))
    return value.lower()


def set_category_and_type(fields: dict[str, Any], classification: Any) -> None:
    """Set both fields where the classification is one of the six; raise WholeRecordFailure where it is no text."""
    if classification is None:
        return
    found = CATEGORY_AND_TYPE.get(in_lower_case(classification))
    if found:
        category, kind = found
        fields["event.category"] = [category]
        fields["event.type"] = [kind]

"""The severity of a threat, which the console does not give: by the detection's confidence and the mitigation."""

from typing import Any

from s1ecs.ecs.table import SEVERITIES, Found, Inner

_BY_CONFIDENCE = {"suspicious": SEVERITIES["medium"], "malicious": SEVERITIES["high"]}
_NOT_MITIGATED = "not_mitigated"


def set_severity(info: Any, found: Found) -> None:
    """Set event.severity by the confidence level, the highest where a malicious threat is not mitigated."""
    if not isinstance(info, dict):
        return
    confidence = _word(info.get("confidenceLevel"))
    unmitigated = confidence == "malicious" and _word(info.get("mitigationStatus")) == _NOT_MITIGATED
    severity = SEVERITIES["critical"] if unmitigated else _BY_CONFIDENCE.get(confidence)
    if severity is not None:
        found.fields["event.severity"] = severity


SEVERITY_FIELDS = tuple(
    Inner(
        "event.severity",
        "long",
        "Severity by s1ecs, with the setting `threat_severity`: 47 suspicious, 73 malicious, 99 malicious and not "
        "mitigated.",
        source,
    )
    for source in ("confidenceLevel", "mitigationStatus")
)


def _word(value: Any) -> str:
    return value.lower() if isinstance(value, str) else ""

"""The severity of a threat, which the console does not give: by the detection's confidence and the mitigation."""

from typing import Any

from s1ecs.ecs.table import SEVERITIES, Found

_BY_CONFIDENCE = {"suspicious": SEVERITIES["medium"], "malicious": SEVERITIES["high"]}
_NOT_MITIGATED = "not_mitigated"


def severity_of_threat(info: Any, _: Found) -> int | None:
    """A number by the confidence level, the highest where a malicious threat is not mitigated; None for other words."""
    if not isinstance(info, dict):
        return None
    confidence = _word(info.get("confidenceLevel"))
    if confidence == "malicious" and _word(info.get("mitigationStatus")) == _NOT_MITIGATED:
        return SEVERITIES["critical"]
    return _BY_CONFIDENCE.get(confidence)


def _word(value: Any) -> str:
    return value.lower() if isinstance(value, str) else ""

"""Classes of the style sheet for values that have a colour: severities, verdicts, states."""

from collections.abc import Mapping

_TONES: Mapping[str, str] = {
    **dict.fromkeys(("critical", "99", "99.0"), "critical"),
    **dict.fromkeys(("high", "malicious", "73", "infected"), "high"),
    **dict.fromkeys(("medium", "suspicious", "47"), "medium"),
    **dict.fromkeys(("low", "21"), "low"),
    **dict.fromkeys(("failed", "failure", "not_mitigated", "unmitigated", "disconnected", "active"), "bad"),
    **dict.fromkeys(("unresolved", "new", "in_progress", "pending", "connecting", "disconnecting"), "open"),
    **dict.fromkeys(("resolved", "mitigated", "done", "connected", "success", "benign"), "good"),
}


def value_class(value: object) -> str:
    """Return the class of a value; "" where it has no colour."""
    tone = _TONES.get(str(value).lower())
    return f"tone-{tone}" if tone else ""

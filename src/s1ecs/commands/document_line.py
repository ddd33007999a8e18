"""A document as one line: what happened, where, and how severe it is. A table by stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from s1ecs.commands.document_columns import COLUMNS, column_of, field_of

# From the highest: the least severity, its word, its style.
_SEVERITIES = ((99, "critical", "bold red"), (73, "high", "red"), (47, "medium", "yellow"), (0, "low", ""))
_FAILED = "pipeline_error"

_WHO = ("host", "user")
_MOST_COLUMNS = 3


@dataclass(frozen=True)
class _Form:
    """The columns that tell what happened; `severity` is a column of numbers, `styles` styles by column and value."""

    what: Sequence[str]
    severity: str = ""
    styles: Mapping[tuple[str, Any], str] | None = None


_FORMS: Mapping[str, _Form] = {
    "activity": _Form(("description",), styles={("outcome", "failure"): "yellow"}),
    "agent": _Form(("os", "version", "network"), styles={("infected", True): "red"}),
    "alert": _Form(("rule", "status"), severity="severity"),
    "application": _Form(("application", "version")),
    "application_risk": _Form(("cve", "application", "version", "status"), severity="severity"),
    "group": _Form(("name", "type")),
    "response_action": _Form(
        ("action", "target", "state", "status"), styles={("status", "failed"): "red", ("status", "unknown"): "yellow"}
    ),
    "threat": _Form(
        ("threat", "classification", "status"),
        styles={("confidence", "malicious"): "red", ("confidence", "suspicious"): "yellow"},
    ),
    "threat_event": _Form(("event", "process", "file")),
    "unified_alert": _Form(("alert", "status"), severity="severity"),
}


class DocumentLine(NamedTuple):
    """The parts of a line, and the style that shows its severity on a terminal; "" is none."""

    what: str
    who: str
    style: str


def document_line(stream: str, document: Mapping[str, Any]) -> DocumentLine:
    """Sum a document up."""
    who = " ".join(_texts(document, stream, _WHO))
    if field_of(document, "event.kind") == _FAILED:
        reasons = field_of(document, "error.message")
        told = "; ".join(map(str, reasons)) if isinstance(reasons, list) else str(reasons)
        return DocumentLine(f"not mapped: {told}", who, "bold red")
    form = _FORMS.get(stream) or _Form([name for name in COLUMNS.get(stream, {}) if name not in _WHO][:_MOST_COLUMNS])
    words = _texts(document, stream, form.what) or _texts(document, stream, ("type",))
    level, style = _severity(column_of(document, stream, form.severity))
    for (column, value), found in (form.styles or {}).items():
        if column_of(document, stream, column) == value:
            style = found
    return DocumentLine(f"{level}: {', '.join(words)}" if level else ", ".join(words), who, style)


def _texts(document: Mapping[str, Any], stream: str, columns: Sequence[str]) -> list[str]:
    values = [column_of(document, stream, column) for column in columns]
    return [str(value) for value in values if value is not None and value != ""]


def _severity(value: Any) -> tuple[str, str]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "", ""
    return next(((word, style) for least, word, style in _SEVERITIES if value >= least), ("", ""))

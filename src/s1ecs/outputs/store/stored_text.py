"""Documents as they are read from their text in the store."""

from collections.abc import Mapping
from typing import Any

from s1ecs.records import NotJSON, as_written


def document_of_text(text: str) -> Mapping[str, Any] | None:
    """Read a document; None where the text is none, because somebody else wrote it."""
    try:
        document = as_written(text.encode("utf-8", "surrogatepass"))
    except NotJSON:
        return None
    return document if isinstance(document, dict) else None

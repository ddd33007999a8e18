"""From records to finished documents without the collector around."""

import json
from typing import Any

from s1ecs.ecs.mapper import Document, Mapped, original
from s1ecs.ecs.redaction import Redaction, Stripped
from s1ecs.records import Record, record_from_line
from s1ecs.streams import STREAMS


def record_of(value: Any) -> Record:
    """A record as it is read from its JSON text."""
    return record_from_line(json.dumps(value).encode())


def sealed(redaction: Redaction, mapped: Mapped, stripped: Stripped) -> Document:
    """The finished document."""
    envelope = STREAMS["alert"].envelope(preserve_original=True)
    envelope.seal(mapped, lambda: original(stripped.record), fetched=None, now=None)
    redaction.clean(mapped.document, stripped)
    return mapped.document

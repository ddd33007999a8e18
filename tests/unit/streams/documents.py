"""Documents of records as the console would send them."""

import json
from collections.abc import Mapping
from typing import Any

from s1ecs.ecs.mapper import Mapped
from s1ecs.records import Record, record_from_line
from s1ecs.streams import STREAMS, Stream
from tests.unit.mappers import mapper_of


def record_of(value: Any) -> Record:
    """A record, read from its JSON text."""
    return record_from_line(json.dumps(value).encode())


def mapped(stream: Stream, value: Any, places: Mapping[str, dict[str, Any]] | None = None) -> Mapped:
    """The document of a record, without envelope; `places` says where addresses lie."""
    shared = places is None and stream is STREAMS.get(stream.name)
    mapper = mapper_of(stream.name) if shared else stream.mapper(None if places is None else places.get)
    return mapper.map(record_of(value))


def document_of(stream: Stream, value: Any, places: Mapping[str, dict[str, Any]] | None = None) -> dict[str, Any]:
    """The same, the document alone."""
    return mapped(stream, value, places).document

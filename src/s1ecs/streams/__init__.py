"""All data streams, by name, in the order in which they are shown. A stream is added by adding a file and a line."""

from collections.abc import Mapping

from s1ecs.streams import alert
from s1ecs.streams.stream import Stream

STREAMS: Mapping[str, Stream] = {stream.name: stream for stream in (alert.STREAM,)}

__all__ = ["STREAMS", "Stream"]

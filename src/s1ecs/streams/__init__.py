"""All streams by name, in display order. A stream is added by adding a file and a line."""

from collections.abc import Mapping
from functools import cache

from s1ecs.ecs.table import Layout
from s1ecs.streams import (
    activity,
    agent,
    alert,
    application,
    application_risk,
    group,
    threat,
    threat_event,
    unified_alert,
)
from s1ecs.streams.stream import Stream

STREAMS: Mapping[str, Stream] = {
    stream.name: stream
    for stream in (
        activity.STREAM,
        agent.STREAM,
        alert.STREAM,
        application.STREAM,
        application_risk.STREAM,
        group.STREAM,
        threat.STREAM,
        threat_event.STREAM,
        unified_alert.STREAM,
    )
}


@cache
def stream_in(name: str, layout: Layout, options: frozenset[str] = frozenset()) -> Stream:
    """Return a stream with documents of a layout and the fields of the settings in `options`; made once."""
    return STREAMS[name].in_layout(layout, options)


__all__ = ["STREAMS", "Stream", "stream_in"]

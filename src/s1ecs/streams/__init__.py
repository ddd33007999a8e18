"""All streams by name, in display order. A stream is added by adding a file and a line."""

from collections.abc import Mapping

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

__all__ = ["STREAMS", "Stream"]

"""From settings to the collection mode of a stream."""

from s1ecs.settings import ConsoleSettings
from s1ecs.streams import Stream
from s1ecs.streams.collection_modes import Asking


def ask_of(stream: Stream, console: ConsoleSettings) -> Asking:
    """Return the collection mode of a stream under the console's settings."""
    chosen = (ask for setting, ask in stream.optional.items() if getattr(console, setting))
    return next(chosen, stream.ask)

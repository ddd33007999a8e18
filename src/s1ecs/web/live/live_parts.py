"""Live parts of one server: its open streams and its watcher of the store."""

from pathlib import Path

from s1ecs.web.live.open_streams import OpenStreams
from s1ecs.web.live.watcher import StoreWatcher


class LiveParts:
    """Streams and watcher of a server. Call `stop` when it is told to stop, and `close` when it has."""

    def __init__(self, state_folder: Path) -> None:
        self.streams = OpenStreams()
        self.watcher = StoreWatcher(state_folder)

    def stop(self) -> None:
        """End all streams at once; a server that waits for its connections would wait for them otherwise."""
        self.streams.close()

    async def close(self) -> None:
        """Stop watching the store."""
        self.stop()
        await self.watcher.close()

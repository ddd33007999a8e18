"""An output that accepts every document and drops it, to measure all that comes before it."""

from collections.abc import Callable

from s1ecs.outputs.output import Batch, Capabilities, Delivered
from s1ecs.state.output_marks import Mark


class NullOutput:
    """Counts documents; `tell` gets one line with their number when the output is closed."""

    capabilities = Capabilities()

    def __init__(self, name: str, tell: Callable[[str], None]) -> None:
        self.name = name
        self.documents = 0
        self._tell = tell

    async def open(self, _mark: Mark) -> None:
        """Prepare nothing."""

    async def deliver(self, batch: Batch) -> Delivered:
        """Count a batch and drop it."""
        self.documents += len(batch.documents)
        return Delivered()

    async def check(self) -> None:
        """Do nothing: nothing is ever in the way."""

    async def close(self) -> None:
        """Log the number of documents."""
        self._tell(f"{self.name}: documents accepted and discarded: {self.documents}")

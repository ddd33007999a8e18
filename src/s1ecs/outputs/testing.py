"""An output for tests: it records what it accepts, and fails or refuses as told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from s1ecs.outputs.output import Batch, Capabilities, Delivered, LookupMode, RefusedDocument
from s1ecs.state.output_marks import Mark


@dataclass
class RecordingOutput:
    """Records documents in memory, in the order in which they came; `accepted` shows those that came twice.

    It raises `failure` once that is set, and refuses documents whose ids are in `refuses`, for `reason`. Its mark
    counts the documents of each feed. It answers lookups only where `capabilities` say so.
    """

    name: str = "recording"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(refuses=True))
    failure: Exception | None = None
    refuses: Collection[str] = ()
    reason: str = "no room for it"
    mark: dict[str, Any] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    accepted: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    is_open: bool = False

    async def open(self, mark: Mark) -> None:
        """Begin with this mark."""
        self._fail()
        self.mark = dict(mark)
        self.is_open = True

    async def deliver(self, batch: Batch) -> Delivered:
        """Record a batch."""
        self._fail()
        self.batches.append(batch)
        refused = [RefusedDocument(*each, self.reason) for each in batch.documents if self.is_refused(*each)]
        accepted = [each for each in batch.documents if not self.is_refused(*each)]
        self.accepted += accepted
        feed = f"{batch.console} {batch.namespace} {batch.stream}"
        self.mark[feed] = self.mark.get(feed, 0) + len(accepted)
        return Delivered(refused, mark={feed: self.mark[feed]})

    async def present(
        self, _console: str, _namespace: str, _stream: str, ids: Sequence[str], *, for_now: bool = False
    ) -> frozenset[str]:
        """Return those that it recorded, of whatever feed."""
        del for_now
        assert self.capabilities.lookup is not LookupMode.NONE
        self._fail()
        return frozenset(ids) & self.documents.keys()

    async def check(self) -> None:
        """Raise the failure, if there is one."""
        self._fail()

    async def close(self) -> None:
        """Remember that it was closed."""
        self.is_open = False

    def is_refused(self, identity: str, document: Mapping[str, Any]) -> bool:
        """Tell whether a document is refused."""
        del document
        return identity in self.refuses

    @property
    def documents(self) -> Mapping[str, Mapping[str, Any]]:
        """The accepted documents by id."""
        return dict(self.accepted)

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure

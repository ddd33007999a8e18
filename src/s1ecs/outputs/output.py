"""The contract between collecting and the destinations of documents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, Protocol, cast

from s1ecs.state.output_marks import Mark
from s1ecs.state.transaction import Write


class Entity(NamedTuple):
    """The entity whose state a document is, and since when: `version` is that time in milliseconds since 1970.

    `console` is the name that its console had when its state began, if that is another than the batch's.
    """

    key: str
    version: int
    console: str = ""

    @property
    def about(self) -> dict[str, Any]:
        """The same as JSON, to be stored beside a document that is kept for later."""
        return {"thing": self.key, "version": self.version, **({"console": self.console} if self.console else {})}

    @classmethod
    def from_about(cls, about: Mapping[str, Any]) -> "Entity":
        """Reverse `about`."""
        return cls(about["thing"], about["version"], about.get("console", ""))


@dataclass(frozen=True)
class Batch:
    """Documents of one console and stream, in the order of their records: (id, document).

    `things` tells by id which of them are the latest state of an entity, as far as this batch knows. `asked` are the
    ids that are in the batch because the output was asked for them and did not have them then.
    """

    console: str
    namespace: str
    stream: str
    documents: Sequence[tuple[str, Mapping[str, Any]]]
    things: Mapping[str, Entity] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()


class RefusedDocument(NamedTuple):
    """A document that an output will never accept as it is, and the reason."""

    id: str
    document: Mapping[str, Any]
    reason: str


@dataclass(frozen=True)
class Delivered:
    """The result of delivering a batch: all of it is durable except for the refused documents.

    `mark` are the keys of the output's mark that change; they are saved in the commit of the checkpoint. `writes`
    belong to the same commit: only with them is the batch durable. They may raise OutputError, or DeliveredMeanwhile
    if another process wrote some of the documents since the output was asked, and then nothing is saved.
    """

    refused: Sequence[RefusedDocument] = ()
    mark: Mark = field(default_factory=dict)
    writes: Sequence[Write] = ()


class LookupMode(Enum):
    """The way in which an output tells which documents it holds."""

    NONE = "none"
    IDS = "by id"
    # Reads all that it wrote, which is too slow for all but proof.
    READING = "by reading"


@dataclass(frozen=True)
class Capabilities:
    """Abilities of an output beyond the contract; callers decide by this data, never by the class.

    `transactional`: documents become durable with the commit, by `Delivered.writes` alone, in the state's own
    database or beside it. `acknowledged`: readers see a batch before the commit, so that the output comes last and
    is told of each commit (`SupportsAcknowledgement`). `lookup`: it can be asked for ids (`SupportsLookup`).
    `latest_states`: it keeps the latest state of each entity beside the documents, and ignores documents that it
    holds. `refuses`: it may refuse documents. `command_output`: it writes where a command prints its results.
    `outbox`: documents may wait for it, and it drains them; `spooled`: also
    those that it does not accept in time. `takeover`: where processes share a state, it must know which feeds are its
    own (`SupportsTakeover`).
    """

    transactional: bool = False
    acknowledged: bool = False
    lookup: LookupMode = LookupMode.NONE
    latest_states: bool = False
    refuses: bool = False
    command_output: bool = False
    outbox: bool = False
    spooled: bool = False
    takeover: bool = False


class Output(Protocol):
    """A destination of documents.

    Every method raises OutputError when the destination can't be used now; the checkpoint then stays where it is and
    the documents come again. So the same documents may be delivered twice, and the output must keep one copy.
    """

    @property
    def name(self) -> str:
        """The output's name in logs, settings and dead letters; unique in a process."""

    @property
    def capabilities(self) -> Capabilities:
        """Its abilities beyond this contract."""

    async def open(self, mark: Mark) -> None:
        """Prepare to accept documents; `mark` is what the last commit saved, empty before the first."""

    async def deliver(self, batch: Batch) -> Delivered:
        """Make a batch durable, by itself or with the commit; return the refused documents with the reasons."""

    async def check(self) -> None:
        """Do what is due although no documents come, and find out whether they would be accepted; once a minute."""

    async def close(self) -> None:
        """Release everything; what was delivered stays."""


class SupportsLookup(Output, Protocol):
    """An output whose `capabilities.lookup` is not NONE."""

    async def present(
        self, console: str, namespace: str, stream: str, ids: Sequence[str], *, for_now: bool = False
    ) -> frozenset[str]:
        """Return those of `ids` whose documents the output holds; raise OutputError if it can't tell now.

        `for_now`: an output with an outbox answers in time, and leaves out what it can't tell.
        """


class SupportsAcknowledgement(Output, Protocol):
    """An output with `capabilities.acknowledged`: what it showed and nobody committed it does not show again."""

    def committed(self, console: str, namespace: str, stream: str) -> None:
        """Take note that the last delivery of this feed was committed."""


@dataclass(frozen=True)
class Takeover:
    """A feed that this process delivers from now on, where other processes of the same state delivered it before.

    `mark` are the keys of the output's mark that are the feed's (`feed_key`). `unsettled` are processes that may have
    delivered documents that no commit tells of, and may even be about to; an empty name stands for those that deliver
    no more. `require` raises LeaseLost once the feed may be another process's; it may be called on any thread.
    """

    console: str
    namespace: str
    stream: str
    mark: Mark
    unsettled: Sequence[str]
    require: Callable[[], None]


def feed_key(console: str, namespace: str, stream: str) -> str:
    """Return the key of a feed in the mark of an output that keeps one for each; none of the three holds a slash."""
    return f"{console}/{namespace}/{stream}"


class SupportsTakeover(Output, Protocol):
    """An output with `capabilities.takeover`, opened with an empty mark: it learns of each feed as it is taken over."""

    async def take_over(self, feed: Takeover) -> None:
        """Make sure that nobody else delivers the feed any more, and find out what was delivered without a commit."""

    def let_go(self, console: str, namespace: str, stream: str, *, complete: bool) -> bool:
        """Forget a feed; tell whether all that was delivered is committed. `complete`: all of it was read again."""


def takeover_of(output: Output) -> SupportsTakeover | None:
    """Return the output if it must know which feeds are its own."""
    return cast("SupportsTakeover", output) if output.capabilities.takeover else None


def lookup_of(output: Output, *, reading: bool = False) -> SupportsLookup | None:
    """Return the output if it can be asked for ids; with `reading` also if it must read all that it wrote."""
    kinds = (LookupMode.IDS, LookupMode.READING) if reading else (LookupMode.IDS,)
    return cast("SupportsLookup", output) if output.capabilities.lookup in kinds else None


def acknowledge(output: Output, console: str, namespace: str, stream: str) -> None:
    """Tell an output that wants to know that its last delivery of this feed was committed."""
    if output.capabilities.acknowledged:
        cast("SupportsAcknowledgement", output).committed(console, namespace, stream)

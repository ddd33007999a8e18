"""Data streams: all that the engine, the views, the documentation and the collector read of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from s1ecs.ecs.envelope import PRESERVE_DUPLICATES, Collector, Envelope, default_tags
from s1ecs.ecs.geoip import Locate
from s1ecs.ecs.mapper import Mapper
from s1ecs.ecs.table import FieldTable
from s1ecs.streams.collection_modes import Asking


@dataclass(frozen=True)
class Column:
    """A column of the stream's table in the local store: its name and the document's field."""

    name: str
    field: str


@dataclass(frozen=True)
class Stored:
    """Content of the store beside the columns of the view.

    `panels` are further columns, for lists and panels. `counted` names the columns whose values are counted by the
    hour, `indexed` those by which single values are looked up, and `latest_indexed` those by which
    latest states are read. `searched` gives for a field of the full-text search the document's fields that go into it.
    """

    panels: tuple[Column, ...] = ()
    counted: tuple[str, ...] = ()
    indexed: tuple[str, ...] = ()
    latest_indexed: tuple[str, ...] = ("time",)
    searched: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Stream:
    """One data stream: what it is, what to ask, its table of fields, the columns of its view in the store.

    `permission` is the console's name for what the token's role must allow. `optional` are further ways of asking, each
    by the setting of a console that chooses it. `migrated_by` is the document's field that tells how far the walk of
    Elastic's integration got: the time that it asks and sorts by; without one the stream is read whole. `constants` are
    values that only the index holds, by field.
    """

    name: str
    what: str
    permission: str
    ask: Asking
    table: FieldTable
    view: tuple[Column, ...]
    input_type: str = "httpjson"
    optional: Mapping[str, Asking] = field(default_factory=dict)
    migrated_by: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)
    stored: Stored = Stored()

    def mapper(self, locate: Locate | None = None, *, keep_duplicates: bool = False) -> Mapper:
        """Make a mapper of the stream; see there."""
        return Mapper(self.table, locate, keep_duplicates=keep_duplicates)

    def envelope(
        self,
        *,
        namespace: str = "default",
        tags: tuple[str, ...] | None = None,
        preserve_original: bool = False,
        preserve_duplicates: bool = False,
        collector: Collector | None = None,
    ) -> Envelope:
        """Make what stands around the stream's documents; `tags` None are those of Elastic's integration."""
        chosen = default_tags(self.name) if tags is None else tags
        if preserve_duplicates and self.table.duplicates:
            chosen = (PRESERVE_DUPLICATES, *(tag for tag in chosen if tag != PRESERVE_DUPLICATES))
        return Envelope(self.dataset, self.input_type, namespace, chosen, preserve_original, collector)

    @property
    def latest_view(self) -> str:
        """The name of the view of the latest state of each thing; "" where the stream is no inventory."""
        return f"{self.name}_latest" if self.ask.thing else ""

    @property
    def dataset(self) -> str:
        """The name in `event.dataset` and `data_stream.dataset`."""
        return f"sentinel_one.{self.name}"

"""Data streams: all that the engine, the views, the documentation and the collector read of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from s1ecs.ecs.envelope import PRESERVE_DUPLICATES, Collector, Envelope, default_tags
from s1ecs.ecs.geoip import Locate
from s1ecs.ecs.layouts import table_of
from s1ecs.ecs.mapper import Mapper
from s1ecs.ecs.table import FieldTable, Layout
from s1ecs.streams.collection_modes import Asking


@dataclass(frozen=True)
class Column:
    """A column of the stream's table in the local store: its name and the document's field."""

    name: str
    field: str


@dataclass(frozen=True)
class Stored:
    """Content of the store beside the columns of the view.

    `panels` are further columns, for lists and panels, and `gathered` those of values in lists of objects. `counted`
    names the columns whose values are counted by the hour, `indexed` those by which single values are looked up;
    `covered` gives for one of these the columns that its index holds beside it, for what is grouped by it. `timed`
    names those that the index by time holds beside it, and `latest_indexed` those by which latest states are read;
    each of `latest_grouped` has the columns of one more index over them, the grouping ones first. `searched` gives for
    a field of the full-text search the document's fields that go into it.
    """

    panels: tuple[Column, ...] = ()
    gathered: tuple[Column, ...] = ()
    counted: tuple[str, ...] = ()
    indexed: tuple[str, ...] = ()
    covered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    timed: tuple[str, ...] = ()
    latest_indexed: tuple[str, ...] = ("time",)
    latest_grouped: tuple[tuple[str, ...], ...] = ()
    searched: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class StateKey:
    """The thing that the records of a stream are states of though it is no inventory, for an index of latest states.

    `keys` name the thing, `time` is the path of the time of a state; states are kept for `days` after they arrived.
    """

    keys: tuple[str, ...]
    time: str
    days: int = 30


@dataclass(frozen=True)
class Stream:
    """One data stream: what it is, what to ask, its table of fields, the columns of its view in the store.

    `declared` is the table as the stream's file has it, for both layouts; `layout` is that of the documents, `options`
    are the settings that are on of those that add fields.

    `permission` is the console's name for what the token's role must allow. `optional` are further ways of asking, each
    by the setting of a console that chooses it; `optional_2` replaces them in layout 2.
    `migrated_by` is the document's field that tells how far the walk of
    Elastic's integration got: the time that it asks and sorts by; without one the stream is read whole. `constants` are
    values that only the index holds, by field. `state_key` makes indices of latest states of what is no inventory;
    `latest_shown` says that Elastic's dashboards ask for latest states of the stream; `finding_alias` is a further
    name of their index, `finding_fields` are names under which others of its fields are found, too.
    """

    name: str
    what: str
    permission: str
    ask: Asking
    declared: FieldTable
    view: tuple[Column, ...]
    input_type: str = "httpjson"
    optional: Mapping[str, Asking] = field(default_factory=dict)
    optional_2: Mapping[str, Asking] = field(default_factory=dict)
    migrated_by: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)
    stored: Stored = Stored()
    state_key: StateKey | None = None
    latest_shown: bool = False
    finding_alias: str = ""
    finding_fields: Mapping[str, str] = field(default_factory=dict)
    layout: Layout = 1
    options: frozenset[str] = frozenset()

    @cached_property
    def table(self) -> FieldTable:
        """The table of the stream's layout."""
        return table_of(self.declared, self.layout, self.options)

    def in_layout(self, layout: Layout, options: frozenset[str] = frozenset()) -> "Stream":
        """Make the same stream with documents of a layout, and with the fields of the settings in `options`."""
        optional = self.optional if layout == 1 else {**self.optional, **self.optional_2}
        return replace(self, layout=layout, options=options, optional=optional)

    @property
    def adding(self) -> frozenset[str]:
        """The settings of a console that add fields to the documents."""
        return frozenset(row.setting for row in self.declared.rows if row.setting)

    def complete(self, layout: Layout) -> "Stream":
        """Make the stream in a layout with the fields that any setting adds."""
        return self.in_layout(layout, self.adding)

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
    def has_latest(self) -> bool:
        """True if a search server may have an index of the latest states."""
        return bool(self.ask.thing or self.state_key)

    @property
    def dataset(self) -> str:
        """The name in `event.dataset` and `data_stream.dataset`."""
        return f"sentinel_one.{self.name}"

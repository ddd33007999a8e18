"""What one data stream is: all that the engine, the views, the documentation and the collector read."""

from dataclasses import dataclass
from functools import cached_property

from s1ecs.ecs.envelope import Collector, Envelope, default_tags
from s1ecs.ecs.mapper import Mapper
from s1ecs.ecs.table import Row, Table
from s1ecs.streams.asking import ByTime


@dataclass(frozen=True)
class Column:
    """A column of the stream's view in the local store: its name and the document's field."""

    name: str
    field: str


@dataclass(frozen=True)
class Stream:
    """One data stream: what it is, what to ask, what identifies a record, its table of fields.

    `permission` is the console's name for what the token's role must allow.
    """

    name: str
    what: str
    permission: str
    ask: ByTime
    identity: tuple[str, ...]
    fields: tuple[Row, ...]
    view: tuple[Column, ...]
    unreadable_keeps: tuple[str, ...] = ()
    ecs_version: str = "8.11.0"
    input_type: str = "httpjson"

    @property
    def table(self) -> Table:
        """The part of the stream that makes documents."""
        return Table(self.ecs_version, self.fields, self.identity, self.unreadable_keeps)

    @cached_property
    def mapper(self) -> Mapper:
        """The stream's mapper, built when first used."""
        return Mapper(self.table)

    def envelope(
        self,
        *,
        namespace: str = "default",
        tags: tuple[str, ...] | None = None,
        preserve_original: bool = False,
        collector: Collector | None = None,
    ) -> Envelope:
        """What stands around the stream's documents; `tags` None are those of Elastic's integration."""
        chosen = default_tags(self.name) if tags is None else tags
        return Envelope(self.dataset, self.input_type, namespace, chosen, preserve_original, collector)

    @property
    def dataset(self) -> str:
        """The name in `event.dataset` and `data_stream.dataset`."""
        return f"sentinel_one.{self.name}"

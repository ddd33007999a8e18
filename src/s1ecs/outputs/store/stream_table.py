"""Content of the store beside the whole documents of a stream, as data, and the names under which it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

# Columns that every row has; no column of a stream has such a name.
OWN_COLUMNS = ("row", "id", "console", "time", "latest")

# A name and the fields of the document, by dotted paths.
StoreColumn = tuple[str, Sequence[str]]


@dataclass(frozen=True)
class StreamTable:
    """The columns of a stream as (name, fields of the document), and what is counted and searched.

    Of a column's fields the first that a document has counts: in another layout of documents it has another name.

    `view` are the columns of the stream's view; `more` are further ones of its table, and `gathered` those whose fields
    lie in lists of objects: they hold all values that a document has there. `counted` names the columns whose
    values are counted by the hour, `indexed` those by which single values are looked up; `covered` gives for one of
    these the columns that its index holds beside it, so that what is grouped by it reads nothing else. `timed` names
    those that the index by time holds beside it, so that counts of a range read nothing else, and `latest_indexed`
    those by which latest states are read; each of `latest_grouped` has the columns of one more index over them, the
    grouping ones first. `searched` gives for a field of the full-text search the fields of the document
    that go into it. `latest_view` is the name of the view of the latest state of each thing; "" where the stream is no
    inventory.
    """

    stream: str
    view: Sequence[StoreColumn]
    more: Sequence[StoreColumn] = ()
    gathered: Sequence[StoreColumn] = ()
    counted: Sequence[str] = ()
    indexed: Sequence[str] = ()
    covered: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    timed: Sequence[str] = ()
    latest_indexed: Sequence[str] = ("time",)
    latest_grouped: Sequence[Sequence[str]] = ()
    searched: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    latest_view: str = ""

    @property
    def columns(self) -> Sequence[StoreColumn]:
        """All columns of the table that come from the document."""
        return (*self.view, *self.more, *self.gathered)

    @property
    def latest_indices(self) -> Mapping[str, Sequence[str]]:
        """The indices of latest states, each of which tells what is gone, by their names."""
        if not self.latest_view:
            return {}
        named = {f"{self.rows}_latest": self.latest_indexed}
        named |= {f"{self.rows}_latest_by_{columns[0]}": columns for columns in self.latest_grouped}
        return {name: (*columns, "latest", "console") for name, columns in named.items()}

    @property
    def rows(self) -> str:
        """The name of the table of narrow rows."""
        return f"{self.stream}_rows"

    @property
    def words(self) -> str:
        """The name of the full-text index."""
        return f"{self.stream}_words"


# The dimension of hourly counts that counts all documents of a stream.
TOTAL = "total"

# By the stream's name.
StreamTables = Mapping[str, StreamTable]


def quoted(name: str) -> str:
    """A name of ours as SQL has it, `group` among them."""
    return f'"{name}"'

"""Consoles as rows in memory."""

from s1ecs.state.console_rows import EditRows, RowsAtRevision, revised
from s1ecs.state.memory.tables import Tables

_REVISION = "console_rows_revision"


class MemoryConsoleRows:
    """The consoles that a state in memory keeps."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def revision(self) -> int:
        """Return the revision of the last change."""
        return int(self._tables.about.get(_REVISION, "0"))

    async def read(self) -> RowsAtRevision:
        """Return all rows."""
        return RowsAtRevision(await self.revision(), dict(sorted(self._tables.console_rows.items())))

    async def change(self, edit: EditRows) -> RowsAtRevision:
        """Save what `edit` makes of the rows."""
        before = await self.read()
        after = revised(before, edit(before.rows))
        self._tables.console_rows = dict(after.rows)
        self._tables.about[_REVISION] = str(after.revision)
        return after

"""SQL functions of `s1ecs query`: `now()` and `ago('24h')`, texts that compare with the column `time`."""

import sqlite3
from datetime import UTC, datetime

from s1ecs.collect.period import moment_given
from s1ecs.timestamps import time_text


class TimeFunctions:
    """The functions at one moment: a statement sees the same `now` in all its rows."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)
        # SQLite tells nobody why a function failed.
        self.problem = ""

    def add_to(self, connection: sqlite3.Connection) -> None:
        """Define the functions for a connection."""
        # SQLite computes what is deterministic once, not once a row.
        connection.create_function("now", 0, lambda: time_text(self._now), deterministic=True)
        connection.create_function("ago", 1, self._ago, deterministic=True)

    def _ago(self, duration: object) -> str | None:
        """Return the time that lies so long before now; also of a time such as yesterday, for parameters."""
        if duration is None:
            return None
        try:
            return time_text(moment_given(str(duration), self._now))
        except ValueError as error:
            self.problem = f"ago: {error}"
            raise

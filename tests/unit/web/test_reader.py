"""Connections of the page to the store."""

import sqlite3
from contextlib import closing
from pathlib import Path

from s1ecs.state.sqlite.database import FILE_NAME, connect
from s1ecs.web.questions.reader import StoreReader


async def test_an_answer_is_given_again_until_the_store_changes(tmp_path: Path) -> None:
    """The same question is asked once of the same store, and again as soon as another connection has written."""
    with closing(connect(tmp_path / FILE_NAME)) as writer:
        reader = StoreReader(tmp_path, connections=1)
        asked: list[int] = []

        def question(connection: sqlite3.Connection) -> int:
            [(count,)] = connection.execute("SELECT count(*) FROM about")
            asked.append(count)
            return int(count)

        try:
            assert [await reader.ask(question, "key") for _ in range(3)] == [0, 0, 0]
            assert len(asked) == 1
            writer.execute("INSERT INTO about VALUES ('name', 'value')")
            assert await reader.ask(question, "key") == 1
            assert await reader.ask(question) == 1
            assert len(asked) == 3
        finally:
            reader.close()

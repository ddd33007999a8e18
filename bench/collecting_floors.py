"""Processes that collecting is compared with: `python -m bench.collecting_floors ADDRESS [STORE READY]`.

The bare loop requests each page of a list with httpx2 and parses it with orjson. With a database and a file of ready
documents it also writes as many documents as JSON and inserts them into the table of the store, a commit a page.
"""

import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import orjson

_INSERT = "INSERT OR IGNORE INTO documents (id, stream, console, time, document) VALUES (?, ?, ?, ?, ?)"


def _pages(address: str) -> Iterator[list[Any]]:
    cursor: str | None = None
    with httpx2.Client(headers={"Authorization": "ApiToken a"}) as client:
        while True:
            parameters = {"limit": "1000", **({} if cursor is None else {"cursor": cursor})}
            page = orjson.loads(client.get(address, params=parameters).content)
            yield page["data"]
            cursor = page["pagination"]["nextCursor"]
            if cursor is None:
                return


def _insert(address: str, store: str, ready: Sequence[dict[str, Any]]) -> int:
    """Write and insert a ready document for each record of each page."""
    number = 0
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for records in _pages(address):
            connection.execute("BEGIN IMMEDIATE")
            for _, document in zip(records, ready, strict=False):
                text = orjson.dumps(document).decode()
                # As long as a real one.
                values = (f"{number:028}", "activity", "default", document["@timestamp"], text)
                connection.execute(_INSERT, values)
                number += 1
            connection.execute("COMMIT")
    return number


def main() -> None:
    """Count what was read."""
    address, *rest = sys.argv[1:]
    if rest:
        store, ready = rest
        count = _insert(address, store, [orjson.loads(line) for line in Path(ready).read_bytes().splitlines()])
    else:
        count = sum(map(len, _pages(address)))
    sys.stdout.write(f"{count}\n")


if __name__ == "__main__":
    main()

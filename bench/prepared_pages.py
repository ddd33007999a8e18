"""A console that serves prepared pages: `python -m bench.prepared_pages FOLDER` prints its address and serves.

A folder for each list holds a file a page. Whatever limit or bound is asked for, the pages come in their order, so that
the server costs next to nothing beside what is measured.
"""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from bench.records import lines

PAGE = 1000
_BASE = "/web/api/v2.1"
_HEAD_END = b"\r\n\r\n"
# The objects of a record that tell when it was made and changed, by stream.
_TIMED: Mapping[str, str] = {"activity": "", "threat": "threatInfo"}
PATHS: Mapping[str, str] = {"activity": "/activities", "threat": "/threats"}


def make_pages(folder: Path, stream: str, count: int) -> None:
    """Write the pages of so many records of a stream, each with an id and a time of its own, in ascending order."""
    place = folder / PATHS[stream].strip("/")
    place.mkdir(parents=True)
    records = [orjson.loads(line) for line in lines(stream, PAGE)]
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=count // 1000 + 3600)
    pages = -(-count // PAGE)
    for page in range(pages):
        made = [
            _numbered(record, stream, page * PAGE + number, start)
            for number, record in enumerate(records[: count - page * PAGE])
        ]
        cursor = str(page + 1) if page + 1 < pages else None
        text = orjson.dumps({"data": made, "pagination": {"nextCursor": cursor, "totalItems": 0}})
        (place / str(page)).write_bytes(text)


def make_applications(folder: Path, count: int) -> None:
    """Write a list of so many applications, and the one list of installations that each of them has."""
    inventory = folder / "application-management" / "inventory"
    (inventory / "endpoints").mkdir(parents=True)
    [installation] = (orjson.loads(line) for line in lines("application", 1))
    page = {"data": [installation], "pagination": {"nextCursor": None, "totalItems": 1}}
    (inventory / "endpoints" / "0").write_bytes(orjson.dumps(page))
    for start in range(0, count, PAGE):
        names = [
            {"applicationName": f"application {number}", "applicationVendor": "vendor", "endpointsCount": 1}
            for number in range(start, min(start + PAGE, count))
        ]
        cursor = str(start // PAGE + 1) if start + PAGE < count else None
        text = orjson.dumps({"data": names, "pagination": {"nextCursor": cursor, "totalItems": 0}})
        (inventory / str(start // PAGE)).write_bytes(text)


def _numbered(record: dict[str, Any], stream: str, number: int, start: datetime) -> dict[str, Any]:
    time = (start + timedelta(milliseconds=number)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    times = {"createdAt": time, "updatedAt": time}
    inner = _TIMED[stream]
    changed = {inner: {**record[inner], **times}} if inner else times
    return {**record, "id": str(10**18 + number), **changed}


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve the pages from a process of its own; give its address."""
    with Popen([sys.executable, "-m", "bench.prepared_pages", str(folder)], stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


class _Serving(asyncio.Protocol):
    """One connection: requests without a body, each answered at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._received += data
        while _HEAD_END in self._received:
            head, self._received = self._received.split(_HEAD_END, 1)
            self._transport.writelines(_answer(self._folder, head.split(b" ", 2)[1].decode()))


def _answer(folder: Path, target: str) -> tuple[bytes, bytes]:
    address = urlsplit(target)
    place = folder / address.path.removeprefix(_BASE).strip("/")
    if place.is_dir():
        body, status = _page(place / parse_qs(address.query).get("cursor", ["0"])[0]), HTTPStatus.OK
    elif address.path.endswith("/system/status"):
        body, status = b'{"data":{"health":"ok"}}', HTTPStatus.OK
    else:
        body, status = b'{"errors":[{"code":4040010,"title":"Not found"}]}', HTTPStatus.NOT_FOUND
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
        f"Date: {formatdate(usegmt=True)}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode(), body


# As many as are read again and again; a million records are read once.
@lru_cache(maxsize=300)
def _page(path: Path) -> bytes:
    return path.read_bytes()


async def _serve(folder: Path) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Serving(folder), "127.0.0.1", 0)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))

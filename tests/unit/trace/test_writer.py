import json
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from s1ecs.errors import UsageError
from s1ecs.sentinelone.exchange import Exchange
from s1ecs.streams import STREAMS
from s1ecs.trace.rotating_file import TraceFile
from s1ecs.trace.writer import at_once, open_trace

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
TOKEN = "a-token-for-tests"


def exchange(body: bytes = b'{"data":[]}', **more: Any) -> Exchange:
    """An answered request."""
    facts: dict[str, Any] = {
        "method": "GET",
        "path": "/groups",
        "params": {"limit": "1"},
        "content": None,
        "attempt": 1,
        "seconds": 0.12345,
        "status": 200,
        "headers": {"Date": "now", "Set-Cookie": "c", "X-RateLimit-Left": "3"},
        "body": body,
        "secrets": (TOKEN,),
    }
    return Exchange(**(facts | more))


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file of this process grows beyond this size meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def traced(path: Path, *exchanges: Exchange) -> list[str]:
    """The warnings of a trace of these exchanges."""
    warnings: list[str] = []
    async with open_trace(path, at_once, lambda: NOW, warnings.append) as trace:
        tracer = trace.of(
            "main", STREAMS.values(), ["sentinel_one.group.registration_token"], ("the-proxy's-password",)
        )
        for each in exchanges:
            await tracer(each)
    return warnings


async def test_line_of_a_request(tmp_path: Path) -> None:
    """A line tells the request, how it went, the headers that matter and the body; the file is its owner's alone."""
    path = tmp_path / "trace"
    assert await traced(path, exchange(b'{"data":[{"id":"1","registrationToken":"r"}]}')) == []
    assert json.loads(path.read_text()) == {
        "time": "2026-01-31T12:00:00.000+00:00",
        "console": "main",
        "method": "GET",
        "path": "/groups",
        "query": {"limit": "1"},
        "attempt": 1,
        "status": 200,
        "seconds": 0.123,
        "headers": {"date": "now", "x-ratelimit-left": "3"},
        "body": {"data": [{"id": "1"}]},
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_request_without_an_answer(tmp_path: Path) -> None:
    """Where no answer came, the line says why, and has no body."""
    path = tmp_path / "trace"
    await traced(path, exchange(b"", status=0, headers={}, error=f"refused by the-proxy's-password, {TOKEN}"))
    line = json.loads(path.read_text())
    assert (line["status"], line["error"]) == (0, "refused by ***, ***")
    assert "body" not in line


async def test_renewed_token_leaves_the_old_one_secret(tmp_path: Path) -> None:
    """After the token was renewed, the old one is no more to be seen than the new one."""
    path = tmp_path / "trace"
    body = f'{{"data":"{TOKEN} and another-token"}}'.encode()
    await traced(path, exchange(), exchange(body, path="/user", secrets=("another-token",)))
    assert json.loads(path.read_text().splitlines()[1])["body"] == {"data": "*** and ***"}


async def test_full_disk_ends_the_trace_alone(tmp_path: Path) -> None:
    """Where a line can't be written, the trace ends with one warning and whole lines; nothing is raised."""
    path = tmp_path / "trace"
    long = b'{"data":"' + b"x" * 2000 + b'"}'
    with largest_file(1000):
        warnings = await traced(
            path, exchange(), exchange(long, path="/user"), exchange(long, path="/user"), exchange()
        )
    [warning] = warnings
    assert "the trace stops here" in warning
    assert [json.loads(line)["body"] for line in path.read_text().splitlines()] == [{"data": []}]


def test_file_is_bounded(tmp_path: Path) -> None:
    """However much is written, there are two files within the bound, and the newest lines are in them, in order."""
    file = TraceFile(tmp_path / "trace", largest=100)
    file.open()
    for number in range(50):
        file.write(f"line {number:04}\n".encode())
    file.write(b"x" * 101)
    file.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["trace", "trace.1"]
    assert all(path.stat().st_size <= 100 for path in tmp_path.iterdir())
    lines = (tmp_path / "trace.1").read_text().splitlines() + (tmp_path / "trace").read_text().splitlines()
    assert lines == [f"line {number:04}" for number in range(50 - len(lines), 50)]


def test_file_goes_on_where_it_was(tmp_path: Path) -> None:
    """What an earlier process wrote stays, and counts for the bound; a file that others could read is taken away."""
    path = tmp_path / "trace"
    path.write_text("before\n")
    path.chmod(0o644)
    file = TraceFile(path)
    file.open()
    file.write(b"after\n")
    file.close()
    assert path.read_text() == "before\nafter\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["no/such/folder", ".", "link"])
def test_place_that_can_not_be_written(tmp_path: Path, name: str) -> None:
    """A folder, a link and a file in no folder are refused at the start, with the flag's name."""
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="--trace"):
        TraceFile(tmp_path / name).open()
    assert not (tmp_path / "elsewhere").exists()

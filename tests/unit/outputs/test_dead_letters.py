"""Dead letters on the disk: kept, listed once, taken out while others come."""

import multiprocessing
import stat
from pathlib import Path
from typing import Any

import orjson
import pytest

from s1ecs.errors import StateError
from s1ecs.outputs.dead_letters import DeadLetterFiles
from s1ecs.state.dead_letters import Letter


def letter(identity: str, reason: str = "too long", stream: str = "alert") -> Letter:
    """A letter of the output `search`."""
    return Letter("2026-01-01T00:00:00.000Z", "search", "default", "blue", stream, identity, reason, {"a": identity})


@pytest.fixture
def dead(tmp_path: Path) -> DeadLetterFiles:
    """An empty folder of dead letters."""
    return DeadLetterFiles(tmp_path)


def test_a_letter_has_all_that_is_needed(dead: DeadLetterFiles, tmp_path: Path) -> None:
    """A line tells time, output, console, namespace, stream, id, reason and the document; it is for its owner alone."""
    dead.append(None, [letter("x"), letter("y", stream="threat")])
    path = tmp_path / "dead-letters" / "alert.ndjson"
    assert orjson.loads(path.read_bytes()) == {
        "time": "2026-01-01T00:00:00.000Z",
        "output": "search",
        "console": "default",
        "namespace": "blue",
        "stream": "alert",
        "id": "x",
        "reason": "too long",
        "document": {"a": "x"},
    }
    assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert (dead.streams(), dead.read("threat")) == (["alert", "threat"], [letter("y", stream="threat")])


def test_a_letter_that_came_twice_counts_once(dead: DeadLetterFiles) -> None:
    """After a crash the same document is refused again: the later letter stands for both."""
    dead.append(None, [letter("x", "first"), letter("y")])
    dead.append(None, [letter("x", "second")])
    assert dead.read("alert") == [letter("x", "second"), letter("y")]


def test_half_a_letter_is_written_over(dead: DeadLetterFiles, tmp_path: Path) -> None:
    """What a crash cut off is neither read nor in the way of the next."""
    dead.append(None, [letter("x")])
    path = tmp_path / "dead-letters" / "alert.ndjson"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2])
    assert dead.read("alert") == [letter("x")]
    dead.append(None, [letter("y")])
    assert dead.read("alert") == [letter("x"), letter("y")]
    path.write_bytes(whole[: len(whole) // 2])
    dead.append(None, [letter("z")])
    assert dead.read("alert") == [letter("z")]


def test_a_file_without_letters_goes(dead: DeadLetterFiles) -> None:
    """When the last letter is taken out, its file is removed."""
    dead.append(None, [letter("x")])
    dead.replace("alert", lambda _: None)
    assert (dead.streams(), dead.read("alert")) == ([], [])


def test_a_line_that_is_no_letter(dead: DeadLetterFiles, tmp_path: Path) -> None:
    """A file that somebody edited badly is an error that names the line; nothing of it is lost."""
    dead.append(None, [letter("x")])
    path = tmp_path / "dead-letters" / "alert.ndjson"
    path.write_bytes(path.read_bytes() + b"{}\n")
    with pytest.raises(StateError, match=r"alert\.ndjson line 2: is not a dead letter"):
        dead.replace("alert", lambda _: None)
    assert len(path.read_bytes().splitlines()) == 2


@pytest.mark.parametrize(
    "change",
    [{"id": 7}, {"stream": None}, {"reason": ["long"]}, {"output": {}}, {"document": "text"}, {"document": [1]}],
)
def test_a_letter_with_a_value_of_another_type(dead: DeadLetterFiles, tmp_path: Path, change: dict[str, Any]) -> None:
    """A line whose values could not be delivered or sorted is no letter, and is named."""
    dead.append(None, [letter("x")])
    path = tmp_path / "dead-letters" / "alert.ndjson"
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | change) + b"\n")
    with pytest.raises(StateError, match=r"alert\.ndjson line 1: is not a dead letter"):
        dead.read("alert")


@pytest.mark.parametrize("line", [b"[1]", b"7", b'"x"', b"null", b"no JSON"])
def test_a_line_that_is_no_object(dead: DeadLetterFiles, tmp_path: Path, line: bytes) -> None:
    """Whatever stands in a line, it is named."""
    dead.append(None, [letter("x")])
    path = tmp_path / "dead-letters" / "alert.ndjson"
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(StateError, match=r"alert\.ndjson line 2: is not a dead letter"):
        dead.read("alert")


def _append_many(folder: Path, writer: int) -> None:
    for number in range(100):
        DeadLetterFiles(folder).append(None, [letter(f"{writer}-{number}")])


def test_letters_that_come_while_others_are_taken_out(dead: DeadLetterFiles, tmp_path: Path) -> None:
    """Processes that append and one that takes out do not disturb each other: every letter is there or was taken."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append_many, args=(tmp_path, number)) for number in range(2)]
    for writer in writers:
        writer.start()
    taken: set[str] = set()

    def take_half(found: Letter) -> Letter | None:
        if found.id.endswith(("0", "2", "4", "6", "8")):
            taken.add(found.id)
            return None
        return found

    while any(writer.is_alive() for writer in writers):
        if dead.streams():
            dead.replace("alert", take_half)
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    left = {found.id for found in dead.read("alert")}
    assert taken
    assert taken | left == {f"{writer}-{number}" for writer in range(2) for number in range(100)}


def test_one_retry_at_a_time(dead: DeadLetterFiles) -> None:
    """A second one is told so; afterwards there may be another."""
    with dead.retrying():
        with pytest.raises(StateError, match="another process is retrying dead letters"), dead.retrying():
            pass
        dead.append(None, [letter("x")])
    with dead.retrying():
        assert dead.read("alert") == [letter("x")]

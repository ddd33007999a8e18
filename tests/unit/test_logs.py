import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from s1ecs import logs
from s1ecs.masking import hide


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture(autouse=True)
def unconfigured() -> Iterator[None]:
    """Leave no configuration and no secrets behind."""
    yield
    structlog.reset_defaults()
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, logs._Libraries)]:
        root.removeHandler(handler)


def ecs_lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """What was logged, line by line."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_text() -> None:
    """Text tells time, level, message and the rest as key=value, without colours where no terminal is."""
    stream = io.StringIO()
    logs.configure("text", "info", stream)
    structlog.get_logger().info("polled", stream="alert", documents=5)
    structlog.get_logger().debug("not important enough")
    (line,) = stream.getvalue().splitlines()
    time, _, rest = line.partition(" ")
    assert time.endswith("Z")
    assert rest == "[info] polled documents=5 stream=alert"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("default alert: up to date", "default alert: up to date new=5"),
        ("default: token refused", "default: token refused console=default new=5 stream=alert"),
        ("up to date", "up to date console=default new=5 stream=alert"),
    ],
)
def test_text_says_a_thing_once(text: str, rest: str) -> None:
    """Console and stream are not repeated as fields where the text begins with both; JSON always has them."""
    formats: tuple[logs.LogFormat, ...] = ("text", "ecs")
    for log_format in formats:
        stream = io.StringIO()
        logs.configure(log_format, "info", stream)
        structlog.get_logger().info(text, console="default", stream="alert", new=5)
        if log_format == "text":
            assert stream.getvalue().rstrip("\n").endswith(f"[info] {rest}")
        else:
            assert {"console": "default", "stream": "alert"}.items() <= ecs_lines(stream)[0].items()


def test_colours_on_a_terminal() -> None:
    """A terminal gets colours."""
    stream = Terminal()
    logs.configure("text", "info", stream)
    structlog.get_logger().info("polled")
    assert "\x1b[" in stream.getvalue()


def test_ecs() -> None:
    """ECS is a JSON object a line, with the names ECS has for time, level and message."""
    stream = io.StringIO()
    logs.configure("ecs", "warning", stream)
    logger = structlog.get_logger()
    logger.warning("stream set aside", console="default")
    logger.info("not important enough")
    (line,) = ecs_lines(stream)
    assert line["message"] == "stream set aside"
    assert line["log.level"] == "warning"
    assert line["console"] == "default"
    assert line["@timestamp"].endswith("Z")


@pytest.mark.parametrize("log_format", ["text", "ecs"])
def test_no_traceback_unless_asked(log_format: logs.LogFormat) -> None:
    """An exception is logged by its type and text; where it came from only when asked."""
    for tracebacks in (False, True):
        stream = io.StringIO()
        logs.configure(log_format, "info", stream, tracebacks=tracebacks)
        try:
            Path("/no/such/file").read_text(encoding="utf-8")
        except OSError:
            structlog.get_logger().exception("not saved", error="of ours")
        assert "FileNotFoundError" in stream.getvalue()
        assert ("Traceback" in stream.getvalue()) is tracebacks


@pytest.mark.parametrize("log_format", ["text", "ecs"])
def test_secrets_are_masked(log_format: logs.LogFormat) -> None:
    """A known secret is masked alone and within texts; a short one only alone, so that logs stay readable."""
    stream = io.StringIO()
    logs.configure(log_format, "info", stream)
    hide(["very-secret-token", 'quoted"secret', "x", ""])
    structlog.get_logger().info("xylophone very-secret-token", a="x", b={"c": ["very-secret-token"]}, d='quoted"secret')
    text = stream.getvalue()
    assert "secret" not in text
    assert "xylophone ***" in text
    assert text.count("***") == 4


def test_libraries() -> None:
    """A library's warning goes the same way; its chatter, which holds whole URLs, stays out."""
    stream = io.StringIO()
    logs.configure("ecs", "debug", stream)
    logging.getLogger("httpx").info("GET https://x.example/?query")
    logging.getLogger("httpx").warning("odd %s", "thing")
    (line,) = ecs_lines(stream)
    assert (line["message"], line["log.level"], line["logger"]) == ("odd thing", "warning", "httpx")


def test_control_characters() -> None:
    """What a console says draws no lines and colours of its own in text."""
    stream = io.StringIO()
    logs.configure("text", "info", stream)
    structlog.get_logger().info("one\ntwo", detail="\x1b[31mred")
    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()

"""Log on standard error: lines for people or ECS JSON for machines, with secrets masked."""

import logging
import os
import sys
from typing import Any, Literal, TextIO, cast

import ecs_logging
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from s1ecs.escaping import escaped, escaped_json, one_line
from s1ecs.masking import MASK, masked

LogFormat = Literal["text", "ecs"]


def configure(
    log_format: LogFormat = "text", level: str = "info", stream: TextIO | None = None, *, tracebacks: bool = False
) -> None:
    """Set up logging for the whole process; loggers come from `structlog.get_logger()`.

    Colours only where the stream is a terminal and NO_COLOR is not set; `tracebacks` shows where an exception came
    from, else only its text.
    """
    target = stream or cast("TextIO", _StandardError())
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info if tracebacks else _name_exception,
            _mask_values,
            *_renderers(log_format, colours=target.isatty() and not os.environ.get("NO_COLOR")),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=target),
        cache_logger_on_first_use=False,
    )
    _adopt_libraries()


class _StandardError:
    """Standard error as it is at each line: progress bars put something before it, so that lines come above them."""

    def write(self, text: str) -> None:
        """Write there."""
        sys.stderr.write(text)

    def flush(self) -> None:
        """Hand on what was written."""
        sys.stderr.flush()

    def isatty(self) -> bool:
        """Tell whether it is a terminal."""
        return sys.stderr.isatty()


def _renderers(log_format: LogFormat, *, colours: bool) -> list[Processor]:
    if log_format == "ecs":
        return [_as_ecs, _mask_json]
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%SZ", utc=True),
        _without_repetition,
        _one_line,
        structlog.dev.ConsoleRenderer(
            colors=colours, pad_event_to=0, pad_level=False, exception_formatter=structlog.dev.plain_traceback
        ),
        _mask_line,
    ]


_OBJECTS = {"error": "message", "log": "original", "ecs": "text"}
_ecs_formatter = ecs_logging.StructlogFormatter(ensure_ascii=False)


def _as_ecs(logger: WrappedLogger, method: str, event: EventDict) -> str:
    # In ECS these are objects; a text under the bare name would stand in their way.
    plain = [key for key in _OBJECTS if key in event and not isinstance(event[key], dict)]
    for key in plain:
        event.setdefault(f"{key}.{_OBJECTS[key]}", str(event.pop(key)))
    return _ecs_formatter(logger, method, dict(event))


def _name_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its type and text: a traceback helps nobody who did not ask for it."""
    info = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = info if isinstance(info, BaseException) else sys.exc_info()[1] if info else None
    if isinstance(info, tuple):
        error = info[1]
    if error is not None:
        event["error.type"] = type(error).__name__
        event["error.message"] = str(error)
    return event


def _mask_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask values of their own first: there a secret is one however short it is, and however it is written below."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = MASK if masked.is_secret(value) else masked(value)
    return event


def _mask_line(_logger: WrappedLogger, _method: str, line: Any) -> str:
    return masked(str(line))


def _mask_json(_logger: WrappedLogger, _method: str, line: Any) -> str:
    return escaped_json(masked.json(str(line)))


def _one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Escape controls: what a console says must not draw lines or colours of its own."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = escaped(value) if key == "exception" else one_line(value)
    return event


def _without_repetition(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop console and stream where the text begins with them: a line for people says a thing once."""
    text = str(event.get("event", ""))
    about = [str(event[key]) for key in ("console", "stream") if key in event]
    if about and text.startswith((f"{' '.join(about)}:", f"{' '.join(about)} ")):
        return {key: value for key, value in event.items() if key not in ("console", "stream")}
    return event


class _Libraries(logging.Handler):
    """Hands the warnings of libraries to our log; their chatter holds whole URLs and stays out."""

    def emit(self, record: logging.LogRecord) -> None:
        logger = structlog.get_logger()
        logger.log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)


def _adopt_libraries() -> None:
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _Libraries)]:
        root.removeHandler(handler)
    root.addHandler(_Libraries(level=logging.WARNING))

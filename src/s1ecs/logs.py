"""The log: lines for people or ECS JSON for machines, on standard error, with secrets masked."""

import json
import logging
import sys
from collections.abc import Iterable
from typing import Any, Literal, TextIO

import ecs_logging
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["text", "ecs"]

_MASK = "***"

# A shorter secret is masked only where it stands alone: masking every `x` would leave no log to read.
_SHORTEST_WITHIN = 8

_secrets: set[str] = set()


def configure(
    log_format: LogFormat = "text", level: str = "info", stream: TextIO | None = None, *, tracebacks: bool = False
) -> None:
    """Set up logging for the whole process; loggers come from `structlog.get_logger()`.

    Colours only where the stream is a terminal; `tracebacks` shows where an exception came from, else only its text.
    """
    target = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info if tracebacks else _name_exception,
            _mask_values,
            *_renderers(log_format, colours=target.isatty()),
            _mask_within,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=target),
        cache_logger_on_first_use=False,
    )
    _adopt_libraries()


def hide(secrets: Iterable[str]) -> None:
    """From now on print `***` in place of these texts, whatever field or message they stand in."""
    _secrets.update(secret for secret in secrets if secret)


def _renderers(log_format: LogFormat, *, colours: bool) -> list[Processor]:
    if log_format == "ecs":
        return [_as_ecs]
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%SZ", utc=True),
        _one_line,
        structlog.dev.ConsoleRenderer(
            colors=colours, pad_event_to=0, pad_level=False, exception_formatter=structlog.dev.plain_traceback
        ),
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
    for key, value in event.items():
        if isinstance(value, str) and value in _secrets:
            event[key] = _MASK
    return event


def _mask_within(_logger: WrappedLogger, _method: str, line: Any) -> str:
    text = str(line)
    for secret in _secrets:
        if len(secret) >= _SHORTEST_WITHIN:
            text = text.replace(secret, _MASK).replace(json.dumps(secret, ensure_ascii=False)[1:-1], _MASK)
    return text


def _one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Write control characters as escapes: what a console says must not draw lines or colours of its own."""
    for key, value in event.items():
        if isinstance(value, str) and not value.isprintable() and key != "exception":
            event[key] = "".join(each if each.isprintable() else repr(each)[1:-1] for each in value)
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

"""Clients of librdkafka, which log nothing and tell what is in their way."""

import base64
import binascii
import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from s1ecs.errors import OutputError
from s1ecs.outputs.kafka.error_rules import KafkaErrorKind, KafkaTrouble, kind_of, trouble
from s1ecs.outputs.kafka.settings import KafkaSettings, ReadSecret, connection, producing, reading

# Seconds that a token counts which does not tell how long it is valid.
_TOKEN_SECONDS = 300.0


def _silent() -> logging.Logger:
    """Return a logger for what librdkafka says, which would else go to standard error: errors say it as well."""
    logger = logging.getLogger("s1ecs.kafka")
    logger.handlers = [logging.NullHandler()]
    logger.propagate = False
    return logger


class _Said(NamedTuple):
    code: str
    text: str


class KafkaWatch:
    """The last thing that a client said of its connections.

    librdkafka tries again by itself whatever happens; an attempt that waits for it looks here whether that is in vain.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._hopeless: _Said | None = None
        self._away: _Said | None = None
        self._down_since: float | None = None
        self._secret: OutputError | None = None

    def heard(self, error: KafkaError) -> None:
        """Take note of an error; called by librdkafka."""
        said = _Said(error.name(), error.str())
        if kind_of(said.code) is KafkaErrorKind.HOPELESS or error.fatal():
            self._hopeless = said
        elif said.code == "_ALL_BROKERS_DOWN":
            self._down_since = self._down_since or time.monotonic()
        else:
            self._away = said

    def answered(self) -> None:
        """Take note that a broker answered."""
        self._down_since = None

    def secret_failed(self, error: OutputError) -> None:
        """Take note that the login can't be read."""
        self._secret = error

    def look(self) -> None:
        """Raise if no further attempt can succeed."""
        if self._secret is not None:
            raise self._secret
        if self._hopeless is not None:
            raise self.trouble(*self._hopeless)
        if self._down_since is not None and time.monotonic() > self._down_since + self._settings.patience:
            raise self.trouble("_ALL_BROKERS_DOWN", "")

    def trouble(self, code: str, text: str) -> KafkaTrouble:
        """Return the error to raise; one that only says that time passed gets the reason that was heard before."""
        if kind_of(code) is KafkaErrorKind.AWAY and self._away is not None:
            code, text = self._away
        return trouble(self._settings.name, code, text, ", ".join(self._settings.bootstrap_servers))


def raised(watch: KafkaWatch, error: KafkaException) -> KafkaTrouble:
    """Return the error to raise for one of librdkafka."""
    watch.look()
    of: KafkaError = error.args[0]
    return watch.trouble(of.name(), of.str())


def open_producer(settings: KafkaSettings, transactional_id: str | None) -> tuple[Producer, KafkaWatch]:
    """Open a producer, which connects by itself."""
    return _open(settings, producing(settings, transactional_id), Producer)


def open_consumer(settings: KafkaSettings) -> tuple[Consumer, KafkaWatch]:
    """Open a consumer, which connects by itself."""
    return _open(settings, reading(settings), Consumer)


def open_admin(settings: KafkaSettings) -> tuple[AdminClient, KafkaWatch]:
    """Open a client for topics, which connects by itself."""
    return _open(settings, connection(settings), AdminClient)


def _open(settings: KafkaSettings, configuration: dict[str, Any], client: Callable[..., Any]) -> tuple[Any, KafkaWatch]:
    watch = KafkaWatch(settings)
    configuration["error_cb"] = watch.heard
    if settings.bearer is not None:
        # librdkafka would wait for a good one.
        if expiry(settings.bearer(), time.time()) <= time.time():
            raise KafkaTrouble(f"{settings.name}: the token of bearer or bearer_file has expired; renew it")
        configuration["oauth_cb"] = _token_reader(settings.bearer, watch)
    try:
        return client(configuration, logger=_silent()), watch
    except KafkaException as error:
        raise raised(watch, error) from None


def _token_reader(read: ReadSecret, watch: KafkaWatch) -> Callable[[str], tuple[str, float]]:
    def token(_configuration: str) -> tuple[str, float]:
        try:
            text = read()
        except OutputError as error:
            watch.secret_failed(error)
            raise
        return text, expiry(text, time.time())

    return token


def expiry(token: str, now: float) -> float:
    """Return when a token expires, in seconds since 1970: a JWT tells it, any other is read again in five minutes."""
    parts = token.split(".")
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return float(claims["exp"])
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        return now + _TOKEN_SECONDS

"""Check of a Kafka output: broker reachable, login accepted, topics there."""

import asyncio
from collections.abc import Iterator, Sequence

from s1ecs.bootstrap.kafka_outputs import kafka_settings
from s1ecs.counted import counted
from s1ecs.errors import S1ecsError
from s1ecs.extras import require
from s1ecs.monitor.check_result import CheckArea, CheckResult
from s1ecs.outputs.kafka.settings import KafkaSettings, connection
from s1ecs.settings import OutputSettings, Settings

_AREA: CheckArea = "output"


async def check_kafka(settings: Settings, output: OutputSettings) -> list[CheckResult]:
    """Ask the brokers of one output; nothing is changed there."""
    of = kafka_settings(output)
    streams = [stream for console in settings.consoles for stream in settings.enabled(console)]
    topics = list(dict.fromkeys(map(of.topic_of, streams)))
    return await asyncio.to_thread(lambda: list(_asked(of, topics)))


def check_kafka_settings(output: OutputSettings) -> CheckResult:
    """Check the files of one output's login, without a network."""
    of = kafka_settings(output)
    try:
        require("kafka")
        connection(of)
        if of.bearer is not None:
            of.bearer()
    except S1ecsError as error:
        return CheckResult("failed", _AREA, of.name, error.behind(of.name))
    return CheckResult("ok", _AREA, of.name, "the settings of the brokers and their login can be read")


def _asked(of: KafkaSettings, topics: Sequence[str]) -> Iterator[CheckResult]:
    from s1ecs.outputs.kafka.topics import KafkaTopics

    try:
        asked = KafkaTopics(of)
        asked.answer()
    except S1ecsError as error:
        yield CheckResult("failed", _AREA, of.name, error.behind(of.name))
        return
    where = ", ".join(of.bootstrap_servers)
    yield CheckResult("ok", _AREA, of.name, f"{where} is reachable and accepts the login")
    try:
        missing = asked.missing(topics)
    except S1ecsError as error:
        yield CheckResult("failed", "topics", of.name, error.behind(of.name))
        return
    if missing:
        cure = "run s1ecs setup, which creates missing topics"
        yield CheckResult("failed", "topics", of.name, f"missing: {', '.join(missing)}", cure)
        return
    yield CheckResult("ok", "topics", of.name, f"there for all enabled streams: {counted(len(topics), 'topic')}")

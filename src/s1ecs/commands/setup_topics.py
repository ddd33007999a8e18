"""Topics of Kafka outputs for `s1ecs setup`: those that are missing, shown, agreed to, created."""

from collections.abc import Callable, Sequence

from s1ecs.bootstrap.kafka_outputs import is_kafka, kafka_settings
from s1ecs.commands.terminal.spinner import waiting
from s1ecs.commands.terminal.writer import ERR, OUT
from s1ecs.counted import counted
from s1ecs.errors import OutputError
from s1ecs.extras import require
from s1ecs.outputs.kafka.settings import KafkaSettings
from s1ecs.settings import OutputSettings, Settings
from s1ecs.streams import STREAMS, response_action


def kafka_outputs(settings: Settings) -> list[OutputSettings]:
    """Return the outputs that are Kafka."""
    return [output for output in settings.outputs if is_kafka(output)]


def topics_of(settings: Settings, of: KafkaSettings) -> list[str]:
    """Return the topics that documents are written to: of all enabled streams, and of response actions."""
    enabled = [stream for console in settings.consoles for stream in settings.enabled(console)]
    streams = [*(enabled or STREAMS), response_action.STREAM.name]
    return list(dict.fromkeys(of.topic_of(stream) for stream in streams))


def set_up_topics(
    settings: Settings, agree: Callable[[str], bool], *, dry_run: bool
) -> tuple[int, list[dict[str, object]]]:
    """Create the missing topics of each output; one that fails is one line and does not keep the others from it.

    Return 1 if one of them could not be set up or was not agreed to, else 0, and with `dry_run` what would be created.
    """
    status = 0
    planned: list[dict[str, object]] = []
    for output in kafka_outputs(settings):
        require("kafka")
        of = kafka_settings(output)
        try:
            status = max(status, _set_up(of, topics_of(settings, of), planned, None if dry_run else agree))
        except OutputError as error:
            ERR.line(f"s1ecs: {error}")
            status = 1
    return status, planned


def _set_up(
    of: KafkaSettings, names: Sequence[str], planned: list[dict[str, object]], agree: Callable[[str], bool] | None
) -> int:
    from s1ecs.outputs.kafka.topics import KafkaTopics

    topics = KafkaTopics(of)
    with waiting(f"{of.name}: reading topics"):
        missing = topics.missing(names)
    replication = "as the brokers do" if of.replication is None else str(of.replication)
    to = OUT if agree else ERR
    for name in missing:
        to.line(f"{of.name}: {'create':<10} topic {name} (partitions: {of.partitions}, replication: {replication})")
    if len(missing) < len(names):
        to.write(f"{of.name}: unchanged: {len(names) - len(missing)}\n")
    to.flush()
    if agree is None:
        planned += [_as_json(of, name) for name in missing]
        return 0
    if not missing:
        OUT.write(f"{of.name}: nothing to change\n")
        return 0
    if not agree(f"Create {counted(len(missing), 'topic')} on {of.name}?"):
        OUT.write(f"{of.name}: nothing was changed\n")
        return 1
    with waiting(f"{of.name}: creating {counted(len(missing), 'topic')}"):
        topics.create(missing)
    OUT.write(f"{of.name}: {len(missing)} of {len(missing)} changes applied\n")
    return 0


def _as_json(of: KafkaSettings, name: str) -> dict[str, object]:
    """Return what would be created, in the words of Kafka's API; -1 leaves the replication to the broker."""
    replication = -1 if of.replication is None else of.replication
    return {
        "output": of.name,
        "create_topic": name,
        "num_partitions": of.partitions,
        "replication_factor": replication,
    }

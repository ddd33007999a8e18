"""The command with Kafka as its output: set up, checked, collected into, killed on either side."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from subprocess import TimeoutExpired

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.cimpl import NewTopic

from s1ecs.streams import STREAMS
from servers.kafka import KafkaBroker
from tests.acceptance.conftest import (
    MOMENT,
    Commands,
    Start,
)
from tests.acceptance.conftest import (
    start_standin as start_standin,  # noqa: PLC0414 - pytest finds it by its name here
)
from tests.acceptance.patience import PATIENCE
from tests.services.kafka_topics import Topics
from tests.services.test_collect import held

pytestmark = pytest.mark.xdist_group("kafka")

ALERTS = 2000
# Applications are asked for three times a second.
QUICK = ("activity", "agent", "alert", "group", "threat", "unified_alert")
CommandsFor = Callable[..., Commands]


@pytest.fixture
def topics(kafka: KafkaBroker, namespace: str) -> Topics:
    """Topics of the test's own, which do not exist yet."""
    return Topics(kafka, namespace)


@pytest.fixture(scope="module")
def console(start_standin: Start) -> str:
    """A console with all streams, whose clock stands still."""
    return start_standin("--agents", "4", "--alerts", str(ALERTS), "--now", MOMENT)


@pytest.fixture
def commands_for(tmp_path: Path, console: str, topics: Topics) -> CommandsFor:
    """Commands that collect from the console into Kafka, with these settings of the output besides."""

    def make(*others: dict[str, str], url: str = console, **more: object) -> Commands:
        commands = Commands(tmp_path, url)
        commands.environment["S1ECS_OUTPUTS"] = json.dumps([*others, topics.output(**more)])
        # On a loaded machine requests that were spaced arrive together.
        commands.environment["S1ECS_ATTEMPTS"] = "6"
        return commands

    return make


def test_setup_creates_topics_that_check_finds(commands_for: CommandsFor, topics: Topics, kafka: KafkaBroker) -> None:
    """Missing topics fail the check; a dry run shows them, setup creates them as set, and a second one nothing."""
    commands = commands_for(partitions=2)
    missing = commands.run("check")
    assert missing.returncode == 1
    assert "missing: " in missing.stdout
    assert "run s1ecs setup" in missing.stdout
    planned = json.loads(commands.ok("setup", "--dry-run"))
    wanted = [topics.template.replace("{stream}", stream) for stream in (*STREAMS, "response_action")]
    assert sorted(each["create_topic"] for each in planned) == sorted(wanted)
    assert {(each["output"], each["num_partitions"], each["replication_factor"]) for each in planned} == {
        ("kafka", 2, -1)
    }
    there = AdminClient({"bootstrap.servers": kafka.address})
    assert not set(wanted) & set(there.list_topics(timeout=10).topics)
    assert f"{len(wanted)} of {len(wanted)} changes applied" in commands.ok("setup", "--yes")
    found = there.list_topics(timeout=10).topics
    assert {len(found[each].partitions) for each in wanted} == {2}
    assert "nothing to change" in commands.ok("setup", "--yes")
    assert json.loads(commands.ok("setup", "--dry-run")) == []
    checked = commands.ok("check")
    assert f"{kafka.address} is reachable and accepts the login" in checked
    assert "there for all enabled streams: 9 topics" in checked


def test_every_record_arrives_once(commands_for: CommandsFor, topics: Topics, console: str) -> None:
    """After `setup` and `collect`, and one more `collect`, each topic holds exactly what the console holds."""
    commands = commands_for()
    commands.ok("setup", "--yes")
    commands.ok("collect", *QUICK)
    commands.ok("collect", *QUICK)
    counts = held(console)
    for stream in QUICK:
        found = topics.keys(stream)
        assert (found.total(), len(found)) == (counts[stream], counts[stream]), stream


@pytest.mark.parametrize("transactions", [False, True], ids=["plain", "transactions"])
def test_a_killed_collector_loses_and_doubles_nothing(
    commands_for: CommandsFor, topics: Topics, *, transactions: bool
) -> None:
    """After SIGKILL at any moment, again and again, each record is there once for a consumer of committed messages."""
    commands = commands_for(transactions=transactions)
    topics.create("alert")
    kills = 0
    # A process needs about half a second to start, and one more to begin transactions.
    for tenths in (5, 7, 9):
        with commands.running("collect", "alert") as process:
            try:
                process.wait(tenths / 10 + transactions)
            except TimeoutExpired:
                process.kill()
                kills += 1
    commands.ok("collect", "alert")
    found = topics.keys("alert")
    assert kills
    assert (found.total(), len(found)) == (ALERTS, ALERTS)


def test_a_broker_killed_while_collecting_loses_and_doubles_nothing(
    commands_for: CommandsFor, topics: Topics, kafka: KafkaBroker
) -> None:
    """A broker that is killed in the middle and started again gets each record once; collecting waits for it."""
    commands = commands_for()
    # Small pages, so that collecting is under way long after its first document is seen.
    commands.environment["S1ECS_PAGE_SIZE"] = "5"
    topics.create("alert")
    with commands.running("collect", "alert") as process:
        latest = time.monotonic() + PATIENCE
        while not topics.keys("alert", committed=False) and time.monotonic() < latest:
            time.sleep(0.02)
        kafka.kill()
        there = process.poll()
        kafka.restart()
        process.communicate(timeout=PATIENCE)
    commands.ok("collect", "alert")
    found = topics.keys("alert")
    assert there is None
    assert (found.total(), len(found)) == (ALERTS, ALERTS)


def test_documents_wait_in_the_spool_for_a_broker_that_is_away(
    commands_for: CommandsFor, topics: Topics, kafka: KafkaBroker
) -> None:
    """While no broker answers, collecting goes on into the store, and Kafka gets all of it once it is back."""
    commands = commands_for({"type": "store"}, on_stall="spill", stall_after="1s")
    topics.create("alert")
    kafka.kill()
    try:
        first = commands.run("collect", "alert")
        assert commands.count() == ALERTS
    finally:
        kafka.restart()
    assert first.returncode == 0
    assert first.stderr.count("kafka: does not accept documents, so they wait in the spool") == 1
    assert "rdkafka" not in first.stderr
    assert topics.keys("alert").total() == 0
    commands.ok("collect", "alert")
    found = topics.keys("alert")
    assert (found.total(), len(found)) == (ALERTS, ALERTS)


def test_what_the_topic_refuses_becomes_a_dead_letter(
    commands_for: CommandsFor, topics: Topics, kafka: KafkaBroker, start_standin: Start
) -> None:
    """Documents larger than the topic takes are dead letters, all others arrive; if it takes more it gets them, too."""
    topic = topics.settings().topic_of("alert")
    admin = AdminClient({"bootstrap.servers": kafka.address})
    few = start_standin("--agents", "4", "--alerts", "100", "--now", MOMENT)
    commands = commands_for(url=few, compression="none")
    shown = {"S1ECS_OUTPUTS": '[{"type": "files", "path": "-"}]', "S1ECS_STATE_DIR": str(commands.folder / "other")}
    lines = commands.ok("collect", "alert", **shown).splitlines()
    # Beside the document travel its headers and those of the batch.
    limit = {"max.message.bytes": str(int(median(map(len, lines))) + 150)}
    admin.create_topics([NewTopic(topic, 3, 1, config=limit)])[topic].result(10)
    commands.ok("collect", "alert")
    dead = json.loads(commands.ok("dead-letters", "--json"))
    found = topics.keys("alert")
    assert 0 < len(dead) < 100
    assert (found.total(), len(found)) == (100 - len(dead), 100 - len(dead))
    assert all("too large for the topic" in each["reason"] for each in dead)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    resource.add_incremental_config(
        ConfigEntry("max.message.bytes", "1000000", incremental_operation=AlterConfigOpType.SET)
    )
    admin.incremental_alter_configs([resource])[resource].result(10)
    commands.ok("dead-letters", "--retry", "alert")
    found = topics.keys("alert")
    assert (found.total(), len(found)) == (100, 100)


def test_a_missing_topic_is_one_error(commands_for: CommandsFor, topics: Topics) -> None:
    """Without `setup`, collecting fails with one line that names the topic and the cure, and moves no checkpoint."""
    commands = commands_for()
    failed = commands.run("collect", "alert")
    topic = topics.settings().topic_of("alert")
    assert failed.returncode == 1
    assert failed.stderr.count(f"topic {topic} does not exist; run s1ecs setup") == 1
    commands.ok("setup", "--yes")
    commands.ok("collect", "alert")
    assert topics.keys("alert").total() == ALERTS


def test_a_run_that_is_told_to_stop_ends_soon(commands_for: CommandsFor, topics: Topics, kafka: KafkaBroker) -> None:
    """SIGTERM ends `run` although the broker stands still; what was not delivered comes at the next start, once."""
    commands = commands_for()
    topics.create("alert")
    with commands.running("run", S1ECS_STREAMS="alert") as process:
        assert process.stderr is not None
        while not topics.keys("alert", committed=False):
            time.sleep(0.02)
        kafka.pause()
        try:
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            process.communicate(timeout=PATIENCE)
            took = time.monotonic() - began
        finally:
            kafka.resume()
    assert took < 20
    commands.ok("collect", "alert")
    found = topics.keys("alert")
    assert (found.total(), len(found)) == (ALERTS, ALERTS)

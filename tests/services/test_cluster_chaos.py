"""A short run of `make chaos ARGS=--cluster`; in `make chaos` alone, workers without the epoch, which are found."""

from dataclasses import replace
from pathlib import Path

import pytest

from chaos.cluster.run import ClusterPlan, Servers, run_with
from s1ecs.state.postgresql.leases import LIFE_SECONDS
from s1ecs.streams import STREAMS
from servers.kafka import KafkaBroker
from servers.postgresql import PostgresCluster

pytestmark = [pytest.mark.xdist_group("kafka"), pytest.mark.timeout(600, func_only=True)]

# Until each of the two workers' fates, kill and pause, was met once. Three calls a second for the inventory of
# applications would take longer than all the rest; the long run has it.
SHORT = ClusterPlan(
    seed=3,
    consoles=10,
    workers=2,
    minutes=0.0,
    every=4.0,
    pause=LIFE_SECONDS + 2,
    growth=20.0,
    streams=[stream for stream in STREAMS if stream != "application"],
    servers_fail=False,
)


@pytest.fixture
def cluster_servers(postgres: PostgresCluster, database: str, kafka: KafkaBroker, namespace: str) -> Servers:
    """An empty database, and topics of the test's own."""
    return Servers(postgres, database, kafka, f"{namespace}.{{stream}}")


def test_workers_that_are_killed_and_paused_lose_and_double_nothing(tmp_path: Path, cluster_servers: Servers) -> None:
    """Every record of ten consoles is in Kafka once; no stream is polled by two at once, no limit exceeded."""
    verdict = run_with(SHORT, cluster_servers, tmp_path)
    # How soon streams move on is a matter of the machine beside other tests; the long run judges it.
    assert replace(verdict, moved=()).failures == [], "\n".join(verdict.lines())
    assert verdict.records > 400
    assert verdict.steps > 0
    assert verdict.unknown * 10 < verdict.requests


@pytest.mark.chaos
def test_workers_that_do_not_look_at_the_epoch_are_found(tmp_path: Path, cluster_servers: Servers) -> None:
    """A worker that wakes and commits although another one has its leases is named with console and stream."""
    plan = replace(SHORT, minutes=2.0, mutant="no_epoch", every=8.0)
    verdict = run_with(plan, cluster_servers, tmp_path)
    assert verdict.without_lease, "\n".join(verdict.lines())
    assert verdict.failures

"""One run with a cluster: many consoles, workers, PostgreSQL and Kafka; a storm, a calm, a comparison."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NamedTuple

from chaos.calm import Unfinished
from chaos.cluster import counted
from chaos.cluster.calm import settle
from chaos.cluster.consoles import ManyConsoles, many_consoles
from chaos.cluster.fleet import ClusterPlace, Fleet
from chaos.cluster.history import History
from chaos.cluster.moved import moves
from chaos.cluster.polling import polled_twice, without_lease
from chaos.cluster.rates import too_fast
from chaos.cluster.storm import ClusterStorm
from chaos.cluster.topics import in_topic
from chaos.cluster.trouble import Blow, ServerTrouble
from chaos.cluster.verdict import ClusterVerdict, Struck
from chaos.collector import EndedByItself
from chaos.difference import Difference, compare
from chaos.held import held_ids
from s1ecs.streams import STREAMS
from servers.account import server_folder
from servers.archives import Kind
from servers.documents import data_stream, ids
from servers.kafka import KafkaBroker, start_kafka
from servers.postgresql import PostgresCluster, start_postgres
from servers.running import Running, start

# Three calls a second are allowed for it, and the consoles of one process have one processor.
_SELDOM, _EVERY_CONSOLE = "application", 10
# Polls a second that the machine of a run is trusted with.
_POLLS_A_SECOND = 20
_SHORTEST_INTERVAL = 1.0
_MOST_CALM = 600.0


@dataclass(frozen=True)
class ClusterPlan:
    """What a run is to do: so many consoles, workers and minutes; `pause` is how long a worker is stopped, in seconds.

    A worker is struck about every `every` seconds. Without `servers_fail` PostgreSQL and Kafka have no trouble.
    """

    seed: int
    consoles: int = 200
    workers: int = 4
    concurrency: int = 10
    minutes: float = 5.0
    pause: float = 60.0
    every: float = 15.0
    agents: int = 3
    growth: float = 2.0
    streams: Sequence[str] = tuple(STREAMS)
    mutant: str | None = None
    search: Kind | None = None
    servers_fail: bool = True

    @property
    def streams_of(self) -> Mapping[str, Sequence[str]]:
        """The streams of each console by its name: one in ten has the inventory of applications."""
        return {
            f"console-{number:03}": [each for each in self.streams if each != _SELDOM or not number % _EVERY_CONSOLE]
            for number in range(self.consoles)
        }

    @property
    def interval(self) -> float:
        """Seconds from one poll of a stream to the next."""
        return max(_SHORTEST_INTERVAL, self.consoles * len(self.streams) / _POLLS_A_SECOND)


@dataclass(frozen=True)
class Servers:
    """The servers of a run; `database` is the URL of an empty one, `topic` a template with `{stream}` in it."""

    postgres: PostgresCluster
    database: str
    kafka: KafkaBroker
    topic: str = "s1ecs.{stream}"
    search: Running | None = None

    @property
    def outputs(self) -> list[Mapping[str, object]]:
        """The settings of the outputs."""
        kafka = {"type": "kafka", "bootstrap_servers": self.kafka.address, "topic": self.topic, "transactions": True}
        search = [{"type": self.search.kind, "hosts": [self.search.url]}] if self.search else []
        return [kafka, *search]

    @property
    def blows(self) -> list[Blow]:
        """Their trouble: PostgreSQL is restarted once and crashes once, Kafka is killed once."""
        return [
            Blow("postgres_restarted", self.postgres, self.postgres.stop),
            Blow("kafka_killed", self.kafka, self.kafka.kill),
            Blow("postgres_crashed", self.postgres, self.postgres.kill),
        ]


@contextmanager
def servers(search: Kind | None) -> Iterator[Servers]:
    """Start the servers of a run, and end them; raise Unavailable where one can't be had."""
    with ExitStack() as stack:
        postgres = start_postgres(stack.enter_context(server_folder()))
        stack.callback(postgres.stop)
        kafka = start_kafka(stack.enter_context(server_folder()))
        stack.callback(kafka.kill)
        found = start(search, stack.enter_context(server_folder())) if search else None
        if found:
            stack.callback(found.kill)
        yield Servers(postgres, postgres.create_database("chaos"), kafka, search=found)


def run(plan: ClusterPlan, folder: Path) -> ClusterVerdict:
    """Do it in `folder` with servers of its own. Raise Unavailable if one of them can't be had on this machine."""
    with servers(plan.search) as found:
        return run_with(plan, found, folder)


def run_with(plan: ClusterPlan, found: Servers, folder: Path) -> ClusterVerdict:
    """Do it in `folder` with these servers."""
    with many_consoles(plan.consoles, agents=plan.agents, seed=plan.seed, growth=plan.growth) as consoles:
        return _Run(plan, found, consoles, ClusterPlace(folder, found.database, _settings(plan, found))).verdict()


def _settings(plan: ClusterPlan, found: Servers) -> Mapping[str, object]:
    return {
        "interval": f"{plan.interval:.0f}s",
        "initial_interval": "3650d",
        "overlap": "1m",
        "page_size": 20,
        "alert_reread": "3650d",
        "alert_reread_interval": f"{plan.interval:.0f}s",
        "attempts": 6,
        "outputs": found.outputs,
    }


class _Run:
    def __init__(self, plan: ClusterPlan, found: Servers, consoles: ManyConsoles, place: ClusterPlace) -> None:
        self._plan = plan
        self._servers = found
        self._consoles = consoles
        self._place = place
        self._history = History(found.database)
        self._fleet = Fleet(place, plan.concurrency, plan.mutant)
        seconds = plan.minutes * 60
        blows = found.blows if plan.servers_fail else ()
        # Choices of one do not change those of the other. They repeat choices, they hide nothing.
        self._trouble = ServerTrouble(blows, Random(plan.seed), seconds)  # noqa: S311
        self._storm = ClusterStorm(
            self._fleet,
            Random(plan.seed),  # noqa: S311
            seconds,
            plan.every,
            plan.pause,
            self._history.is_polling,
        )

    def verdict(self) -> ClusterVerdict:
        """Let it storm and calm down, and compare."""
        self._place.import_consoles(self._consoles, self._plan.streams_of)
        self._history.begin()
        problems = []
        try:
            self._happen()
        except (EndedByItself, Unfinished) as problem:
            problems.append(str(problem))
        finally:
            self._fleet.end()
        return self._judged([*problems, *self._place.mistakes()])

    def _happen(self) -> None:
        self._fleet.begin(self._plan.workers)
        self._trouble.begin()
        try:
            self._storm.rage()
        finally:
            self._trouble.end()
        self._consoles.grow(0)
        settle(self._history, self._fleet, self._plan.streams_of, seconds=_MOST_CALM)

    def _judged(self, problems: list[str]) -> ClusterVerdict:
        storm, trouble = self._storm, self._trouble
        written, asked = self._history.read(), self._consoles.asked()
        compared = [self._compared(stream) for stream in self._plan.streams]
        return ClusterVerdict(
            sorted((each for of in compared for each in of.differences), key=lambda each: each.output),
            Struck(
                len(storm.killed),
                len(storm.woken),
                Counter(name for name, _ in trouble.struck),
                Counter(each.name for each in trouble.blows),
            ),
            moved=list(
                moves([*storm.killed, *storm.paused], written, trouble.away, written[-1].time if written else 0.0)
            ),
            twice_at_once=list(polled_twice(asked, written, self._fleet.names, storm.woken)),
            without_lease=list(without_lease(written)),
            too_fast=list(too_fast(asked)),
            steps=sum(each.kind == "step" for each in written),
            requests=len(asked),
            unknown=sum(not each.process for each in asked),
            records=sum(of.records for of in compared),
            consoles=self._plan.consoles,
            problems=[*problems, *(problem for of in compared for problem in of.problems)],
        )

    def _compared(self, stream: str) -> "_Compared":
        held = {
            name: held_ids(stream, console.held(stream))
            for name, console in self._consoles.consoles.items()
            if stream in self._plan.streams_of[name]
        }
        wanted = counted.together(held)
        there = counted.by_console(in_topic(self._servers.kafka, self._servers.topic.replace("{stream}", stream)))
        compared = [compare("kafka", stream, wanted, there)]
        if (search := self._servers.search) is not None:
            there = counted.by_holder(ids(search, data_stream(stream)), held)
            compared.append(compare(search.kind, stream, wanted, there))
        problems = []
        if common := counted.held_twice(held):
            problems.append(f"{stream}: {len(common)} ids are of two consoles, such as {common[0]}")
        if not wanted.readable:
            problems.append(f"no console holds a record of {stream}")
        return _Compared(compared, len(wanted.readable), problems)


class _Compared(NamedTuple):
    """A stream in all outputs: the differences, the records that had to be there, and what else is wrong."""

    differences: Sequence[Difference]
    records: int
    problems: Sequence[str]

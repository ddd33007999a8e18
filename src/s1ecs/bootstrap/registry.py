"""Registry of output types: each with its settings, its construction and what it can do."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from s1ecs.bootstrap.kafka_outputs import kafka_settings
from s1ecs.bootstrap.search_outputs import search_settings
from s1ecs.bootstrap.store_tables import latest_days, store_tables
from s1ecs.extras import require
from s1ecs.outputs.files.ndjson import packer
from s1ecs.outputs.files.open_files import Rules
from s1ecs.outputs.files.output import Files, FilesEnvironment
from s1ecs.outputs.files.stdout import StandardOutput
from s1ecs.outputs.kafka.output import KafkaEnvironment, KafkaOutput
from s1ecs.outputs.kafka.transactional_id import TransactionalIds
from s1ecs.outputs.null import NullOutput
from s1ecs.outputs.output import Capabilities, Output
from s1ecs.outputs.search.client.connect import connect
from s1ecs.outputs.search.output import SearchEnvironment, SearchOutput
from s1ecs.outputs.store import Store
from s1ecs.settings import OutputSettings
from s1ecs.settings.output_types import ELASTICSEARCH, FILES, KAFKA, NULL, OPENSEARCH, STORE, OutputType, output_name
from s1ecs.state.output_marks import Mark
from s1ecs.state.state import State
from s1ecs.state.transaction import Transaction

# Raises LeaseLost in a transaction of the state once a feed, by its key in marks, is another process's.
Fence = Callable[[Transaction, str], None]


def no_fence(_transaction: Transaction, _key: str) -> None:
    """Raise nothing: no other process delivers the same feeds."""


@dataclass(frozen=True)
class OutputEnvironment:
    """The surroundings of all outputs of a process.

    `warn` and `tell` put a line into the log; `state`, of the id `state_id`, is None for a process that has none open;
    `max_answer` is that of the settings. `worker` is the id of a process that shares the feeds with others, and `fence`
    raises LeaseLost in a transaction of the state once a feed, by its key in a mark, is not its own any more.
    """

    warn: Callable[[str], None]
    tell: Callable[[str], None]
    state_id: str = ""
    state: State | None = None
    max_answer: int | None = None
    worker: str = ""
    fence: Fence = no_fence

    @property
    def access(self) -> State:
        """The state, for outputs that can't be used without one."""
        assert self.state is not None, "this output needs an open state"
        return self.state


@dataclass(frozen=True)
class RegisteredOutput:
    """One type of output.

    `make` builds an output that is not opened yet, and raises SettingsError if its client is missing. `capabilities`
    are those that all outputs of the type share.
    """

    type: OutputType
    make: Callable[[OutputSettings, OutputEnvironment], Output]
    capabilities: Capabilities


def _store(_settings: OutputSettings, environment: OutputEnvironment) -> Output:
    return Store(environment.access, store_tables())


def _null(settings: OutputSettings, environment: OutputEnvironment) -> Output:
    return NullOutput(output_name(settings.type, settings.values), environment.tell)


def _files(settings: OutputSettings, environment: OutputEnvironment) -> Output:
    values = settings.values
    pack = packer(values["compression"])
    if values["path"] is None:
        return StandardOutput(sys.stdout.fileno(), pack, whole=values["compression"] != "none")
    suffix = ".ndjson.zst" if values["compression"] == "zstd" else ".ndjson"
    state = environment.access
    around = FilesEnvironment(environment.state_id, state, state.file_marks, _now, environment.warn)
    return Files(values["path"], Rules(values["max_size"], values["max_age"], suffix), pack, around)


def _search(settings: OutputSettings, environment: OutputEnvironment) -> Output:
    around = SearchEnvironment(
        now=_now,
        clock=time.monotonic,
        rng=Random(),  # noqa: S311 - randomness for waiting, not a secret
        warn=environment.warn,
        tell=environment.tell,
    )
    server = connect(search_settings(settings, environment.max_answer))
    return SearchOutput(
        server,
        around,
        latest=settings.values["latest"],
        latest_days=latest_days(),
        pipeline=settings.values["pipeline"],
    )


def _kafka(settings: OutputSettings, environment: OutputEnvironment) -> Output:
    require("kafka")
    of, state = kafka_settings(settings), environment.state

    async def remember(mark: Mark) -> None:
        if state is None:
            return

        def save(transaction: Transaction) -> None:
            for key in mark:
                environment.fence(transaction, key)
            state.output_marks.save(transaction, of.name, mark)

        await state.run(save)

    leases = None if state is None else state.leases
    ids = TransactionalIds(of.name, environment.state_id, leases, environment.worker)
    return KafkaOutput(of, KafkaEnvironment(environment.warn, ids, remember))


def _now() -> datetime:
    return datetime.now(UTC)


_REGISTERED = (
    RegisteredOutput(STORE, _store, Store.capabilities),
    RegisteredOutput(FILES, _files, Capabilities()),
    RegisteredOutput(ELASTICSEARCH, _search, SearchOutput.capabilities),
    RegisteredOutput(OPENSEARCH, _search, SearchOutput.capabilities),
    RegisteredOutput(KAFKA, _kafka, KafkaOutput.capabilities),
    RegisteredOutput(NULL, _null, NullOutput.capabilities),
)

# By the name of the type.
REGISTRY = {each.type.name: each for each in _REGISTERED}

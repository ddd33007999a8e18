"""A search server as one more output: started for the run, made ready by `s1ecs setup`, counted at the end."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from chaos.collector import Place
from chaos.delivered import Ids, in_store
from chaos.search_gateway import Gateway
from s1ecs.standin.faults.poison import MARK
from servers.account import server_folder
from servers.archives import Kind
from servers.documents import data_stream, documents, ids
from servers.latest_states import amiss
from servers.running import Running, start
from servers.started_command import S1ECS

# One thread writes and one request may wait for it: whoever comes third is answered 429.
_NARROW = {"node.processors": 1, "thread_pool.write.queue_size": 1}
_SECONDS_TO_SET_UP = 120
# Streams whose records are states of nothing.
_STATELESS = frozenset({"activity"})


class NotSetUp(Exception):
    """`s1ecs setup` failed; the text has what it said."""


@dataclass(frozen=True)
class Search:
    """The server of a run."""

    server: Running
    gateway: Gateway

    @property
    def output(self) -> dict[str, object]:
        """The settings of the output that writes there, by way of the gateway."""
        return {"type": self.server.kind, "hosts": [self.gateway.url], "latest": True}

    def set_up(self, place: Place) -> None:
        """Let `s1ecs setup` install its templates; raise NotSetUp if it fails."""
        done = subprocess.run(  # noqa: S603 - the product's own command
            [S1ECS, "--config", place.settings, "setup", "--yes"],
            env={"PATH": os.environ["PATH"], "HOME": str(place.folder)},
            capture_output=True,
            text=True,
            timeout=_SECONDS_TO_SET_UP,
            check=False,
        )
        if done.returncode:
            raise NotSetUp(f"s1ecs setup ended with status {done.returncode}: {done.stdout}{done.stderr}")

    def ids(self, stream: str) -> Ids:
        """The ids in the stream's data stream."""
        return ids(self.server, data_stream(stream))

    def stale(self, streams: Sequence[str], state: Path) -> list[str]:
        """What is wrong with the latest states of the streams, against a recount of what the store has as well."""
        return [
            text
            for stream in streams
            if stream not in _STATELESS
            for text in amiss(self.server, stream, committed=in_store(state, stream))
        ]

    def poisoned(self, stream: str) -> frozenset[str]:
        """The ids of its documents of poison records: a killed collector may have given them to the server alone."""
        found = documents(self.server, data_stream(stream))
        return frozenset(identity for identity, document in found.items() if MARK in json.dumps(document))


@contextmanager
def searching(kind: Kind, seed: int) -> Iterator[Search]:
    """Start a server whose queue is one request long, with a gateway before it, and end both."""
    with server_folder() as folder:
        server = start(kind, folder, settings=_NARROW)
        try:
            with Gateway(server, Random(seed)).open() as gateway:  # noqa: S311 - it repeats choices, it hides nothing
                yield Search(server, gateway)
        finally:
            server.kill()

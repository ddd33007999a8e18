"""The trouble of a search server, in a thread beside the storm: dead, blocked, rolled over, busy, misreported."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random

import orjson

from chaos.search import Search
from servers.documents import data_stream

KINDS = ("server_killed", "index_blocked", "rolled_over", "bulk_rejected", "gateway_answered")
# How often each is planned for one kill of the server. Rejections are counted, those of others left out.
_TIMES: Mapping[str, int] = {
    "server_killed": 1,
    "index_blocked": 1,
    "rolled_over": 2,
    "bulk_rejected": 2,
}
# The last strike is mended before the storm ends: a restart takes a while.
_SHARE_OF_STORM = 0.7
_BLOCK_SECONDS = (1.0, 4.0)
_DEAD_SECONDS = (0.0, 3.0)
_BUSY_SECONDS = 2.0
_BUSY_CLIENTS = 6
_BUSY_INDEX = "another-client"
_TOO_MANY = 429
_LOOK_EVERY = 0.2


class SearchTrouble:
    """Strikes in an order drawn from `random`, spread over so many seconds; each is mended before the next."""

    def __init__(
        self, search: Search, streams: Sequence[str], random: Random, server_kills: int, seconds: float
    ) -> None:
        self._server = search.server
        self._gateway = search.gateway
        self._names = [data_stream(stream) for stream in streams]
        self._random = random
        self._struck: Counter[str] = Counter()
        self._others_rejected = 0
        self._begun = 0
        # Whether the server is dead or not up again yet.
        self.is_down = False
        quick = [kind for kind, times in _TIMES.items() if kind != "server_killed" for _ in range(times)]
        # The kill last of each round: on a busy machine a restart takes longer than all the others together.
        strikes = [kind for _ in range(server_kills) for kind in (*random.sample(quick, len(quick)), "server_killed")]
        self._plan = [
            ((index + 1) / len(strikes) * seconds * _SHARE_OF_STORM, kind) for index, kind in enumerate(strikes)
        ]
        self._enough = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="trouble of the search server")

    def begin(self) -> None:
        """Begin to strike. The gateway misreports from now on, in the calm, too: who is killed often sends little."""
        self._gateway.misreports = True
        self._thread.start()

    @property
    def is_done(self) -> bool:
        """Whether all that was planned has struck and is mended, or nothing more can strike."""
        return not self._thread.is_alive()

    def end(self) -> None:
        """Strike no more, and return when all is mended; raise what went wrong with a strike."""
        self._enough.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._failure is not None:
            raise self._failure

    def struck(self) -> dict[str, int]:
        """How often each kind struck, once it has ended."""
        rejected = self._struck["bulk_rejected"] + self._rejected_in_this_life() - self._others_rejected
        return {
            **self._struck,
            "bulk_rejected": max(0, rejected),
            "gateway_answered": self._gateway.misreported,
        }

    def left_out(self) -> list[str]:
        """The planned strikes that there was no time for, as lines for people."""
        return [f"no time for a planned trouble of the search server: {kind}" for _, kind in self._plan[self._begun :]]

    def _run(self) -> None:
        strikes: Mapping[str, Callable[[], None]] = {
            "server_killed": self._kill,
            "index_blocked": self._block,
            "rolled_over": self._roll_over,
            "bulk_rejected": self._keep_busy,
        }
        try:
            self._wait_for_documents()
            began = time.monotonic()
            for due, kind in self._plan:
                if self._enough.wait(began + due - time.monotonic()):
                    return
                self._begun += 1
                strikes[kind]()
        except Exception as failure:  # noqa: BLE001 - it is raised in `end`, in the thread that asks
            self._failure = failure

    def _wait_for_documents(self) -> None:
        """A server without any can be in no trouble that matters."""
        while not any(self._server.answer("HEAD", f"/{name}")[0] < 400 for name in self._names):  # noqa: PLR2004 - HTTP
            if self._enough.wait(_LOOK_EVERY):
                return

    def _kill(self) -> None:
        self._struck["bulk_rejected"] += self._rejected_in_this_life()
        self.is_down = True
        self._server.kill()
        self._enough.wait(self._random.uniform(*_DEAD_SECONDS))
        self._server.restart()
        self.is_down = False
        self._struck["server_killed"] += 1

    def _block(self) -> None:
        """What the server does itself when its disk is nearly full."""
        self._set_block(on=True)
        self._enough.wait(self._random.uniform(*_BLOCK_SECONDS))
        self._set_block(on=None)
        self._struck["index_blocked"] += 1

    def _set_block(self, *, on: bool | None) -> None:
        block = {"index.blocks.read_only_allow_delete": on}
        self._server.ask("PUT", f"/{','.join(self._names)}/_settings?ignore_unavailable=true", block)

    def _roll_over(self) -> None:
        for name in self._names:
            status, _ = self._server.answer("POST", f"/{name}/_rollover")
            self._struck["rolled_over"] += status < 400  # noqa: PLR2004 - HTTP; no such stream yet

    def _keep_busy(self) -> None:
        """Other clients write as well, more than the queue can hold."""
        until = time.monotonic() + _BUSY_SECONDS
        with ThreadPoolExecutor(_BUSY_CLIENTS) as clients:
            self._others_rejected += sum(clients.map(self._write, [until] * _BUSY_CLIENTS))

    def _write(self, until: float) -> int:
        """Write until then; how many requests were rejected."""
        lines = [b'{"index":{}}', orjson.dumps({"text": "another client's document " * 10})] * 100
        body = b"\n".join([*lines, b""])
        rejected = 0
        while time.monotonic() < until:
            status, answer = self._server.answer("POST", f"/{_BUSY_INDEX}/_bulk", body)
            rejected += status == _TOO_MANY or any(item["index"]["status"] == _TOO_MANY for item in answer["items"])
        return rejected

    def _rejected_in_this_life(self) -> int:
        [node] = self._server.ask("GET", "/_nodes/stats/thread_pool")["nodes"].values()
        rejected: int = node["thread_pool"]["write"]["rejected"]
        return rejected

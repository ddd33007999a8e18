"""A search server that is down, hangs and comes back, beside the store, which is held up by nothing of it."""

import gzip
import json
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .conftest import ALERTS, Commands, Start
from .patience import PATIENCE, eventually

# Ten seconds are meant; what a busy machine takes is still less than a server that hangs would be waited for.
_ENDS_WITHIN = 45.0


class TinySearch(ThreadingHTTPServer):
    """Speaks just enough of bulk requests to take documents, and keeps them by id in the order they came."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.took: dict[str, str] = {}
        self.twice: list[str] = []

    def create(self, line: bytes, document: bytes) -> dict[str, Any]:
        """One operation of a bulk request, and what is answered to it."""
        [(operation, about)] = json.loads(line).items()
        assert operation == "create"
        if about["_id"] in self.took:
            self.twice.append(about["_id"])
            error = {"type": "version_conflict_engine_exception", "reason": "document already exists"}
            return {"create": {"_id": about["_id"], "status": 409, "error": error}}
        self.took[about["_id"]] = json.loads(document)["event"]["id"]
        return {"create": {"_id": about["_id"], "_index": "x", "status": 201, "result": "created"}}


class _Handler(BaseHTTPRequestHandler):
    server: TinySearch
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """That it is well and has its templates; of everything else, that it is not there."""
        there = self.path.startswith(("/_cluster/health", "/_index_template/"))
        self._answer({"status": "green"} if there else {}, 200 if there else 404)

    do_HEAD = do_GET  # noqa: N815 - as the base class wants it

    def do_POST(self) -> None:
        """Take a bulk request; to a search nothing is found."""
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        if self.path.split("?")[0].endswith("/_bulk"):
            lines = body.splitlines()
            items = [self.server.create(*pair) for pair in zip(lines[::2], lines[1::2], strict=True)]
            self._answer({"errors": any("error" in item["create"] for item in items), "items": items})
        else:
            self._answer({"hits": {"total": {"value": 0}, "hits": []}, "_shards": {"failed": 0}, "timed_out": False})

    def _answer(self, body: dict[str, Any], status: int = 200) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(text)),
            "X-Elastic-Product": "Elasticsearch",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@contextmanager
def answering(port: int) -> Iterator[TinySearch]:
    """A search server at that port."""
    with TinySearch(port) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def hanging(port: int) -> Iterator[socket.socket]:
    """Somebody at that port who takes connections and never answers."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(64)
        listening.settimeout(PATIENCE)
        yield listening


@contextmanager
def running(commands: Commands) -> Iterator[None]:
    """`s1ecs run`, told to end at last, which it does in time and in order."""
    with commands.start("run") as process:
        try:
            yield
            process.send_signal(signal.SIGTERM)
            told = time.monotonic()
            _, errors = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 0, errors
    assert time.monotonic() - told < _ENDS_WITHIN
    assert "Traceback" not in errors


def waiting(commands: Commands) -> str:
    """What status warns of documents that wait for the search server; nothing where none do."""
    lines = json.loads(commands.run("status", "--json").stdout)
    return next((f"{line['verdict']}: {line['text']}" for line in lines if line["about"] == "elasticsearch"), "")


def count(commands: Commands, sql: str) -> int:
    """A number from the state database; 0 before there is one."""
    if not (commands.state / "s1ecs.db").exists():
        return 0
    with closing(sqlite3.connect(f"file:{commands.state / 's1ecs.db'}?mode=ro", uri=True)) as connection:
        try:
            return int(connection.execute(sql).fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def test_a_search_server_that_is_down_holds_up_nothing_and_gets_everything(commands: Commands, port: int) -> None:
    """Dead, then hanging: the store fills, status warns, SIGTERM ends it in time; back again it gets all, each once."""
    search = f"{{type: elasticsearch, hosts: ['http://127.0.0.1:{port}'], on_stall: spill, stall_after: 2s}}"
    commands.environment |= {"S1ECS_OUTPUTS": f"[{{type: store}}, {search}]", "S1ECS_STREAMS": "alert"}
    with running(commands):
        eventually(lambda: count(commands, "SELECT count(*) FROM documents") == ALERTS)
    assert waiting(commands).startswith(f"warning: {ALERTS} documents (")
    with hanging(port) as silent, running(commands):
        connected, _ = silent.accept()
        assert connected.recv(1)
    connected.close()
    collected = commands.run("collect")
    assert collected.returncode == 0, collected.stderr
    assert f"elasticsearch: documents still waiting in the spool: {ALERTS}" in collected.stderr
    with answering(port) as server:
        with running(commands):
            eventually(lambda: not count(commands, "SELECT sum(documents) FROM spools"))
        assert not waiting(commands)
        assert len(server.took) == ALERTS
        assert not server.twice
        rows = commands.query("SELECT id FROM alert")
        assert sorted(server.took) == sorted(row["id"] for row in rows)


def test_a_server_that_is_down_is_filled_by_its_spool(commands: Commands, start_standin: Start, port: int) -> None:
    """What `--from-store` can't deliver waits; the same command and the next process deliver it, each document once."""
    alerts = 200
    url = start_standin("--agents", "20", "--alerts", str(alerts))
    commands.environment |= {"S1ECS_STREAMS": "alert", "S1ECS_URL": url, "S1ECS_INITIAL_INTERVAL": "3650d"}
    commands.ok("collect")
    search = f"{{type: elasticsearch, hosts: ['http://127.0.0.1:{port}'], on_stall: spill, stall_after: 20s}}"
    commands.environment["S1ECS_OUTPUTS"] = f"[{{type: store}}, {search}]"
    fill = ("backfill", "--output", "elasticsearch", "--from-store")
    filled = commands.run(*fill)
    assert filled.returncode == 0, filled.stderr
    assert f"documents still waiting in the spool: {alerts}" in filled.stderr
    again = commands.run(*fill, "--again")
    assert f"{alerts} documents read from the store, 0 new" in again.stderr
    with answering(port) as server:
        with running(commands):
            eventually(lambda: not count(commands, "SELECT sum(documents) FROM spools"))
        assert len(server.took) == alerts
        assert not server.twice

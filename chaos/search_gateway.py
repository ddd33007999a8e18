"""A gateway before a search server: it passes everything on, and now and then tells another answer than the server's.

By then the server has done what it was asked, and the data stream was rolled over since, as by a policy.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from urllib.parse import urlsplit

from servers.running import Running

_SECONDS_TO_ANSWER = 120
_STATUSES = (429, 500, 502, 503, 504)
# By no words at all, a gateway's own, and those of a server that is busy.
_BODIES = (
    ("text/plain", b""),
    ("text/html", b"<html><body><h1>Bad Gateway</h1></body></html>"),
    ("application/json", b'{"message":"upstream request timeout"}'),
    (
        "application/json",
        b'{"error":{"type":"es_rejected_execution_exception","reason":"rejected execution"},"status":429}',
    ),
)
# How many bulk requests of a hundred it answers itself while it misreports, and how many in all: each makes an index.
_MISREPORTED, _MOST = 50, 100
_BULK, _ROLLOVER = "/_bulk", "/_rollover"
# What belongs to one connection alone, or is told anew.
_OWN = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive"})


class Gateway:
    """One for a server; `url` is where. It begins by telling nothing but the truth."""

    def __init__(self, server: Running, random: Random) -> None:
        self.server = server
        self.misreports = False
        self.misreported = 0
        self._random = random
        self._lock = threading.Lock()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass_on(self) -> None:
                gateway._answer(self)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815 - the library's names

            def handle(self) -> None:
                # Whoever asked may have been killed.
                with suppress(ConnectionError):
                    super().handle()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._listening.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._listening.server_address[1]}"

    @contextmanager
    def open(self) -> Iterator["Gateway"]:
        """Listen until the context ends."""
        thread = threading.Thread(target=self._listening.serve_forever, name="gateway")
        thread.start()
        try:
            yield self
        finally:
            self._listening.shutdown()
            thread.join()
            self._listening.server_close()

    def _answer(self, asked: BaseHTTPRequestHandler) -> None:
        body = asked.rfile.read(int(asked.headers.get("Content-Length", 0)))
        upstream = HTTPConnection(urlsplit(self.server.url).netloc, timeout=_SECONDS_TO_ANSWER)
        try:
            upstream.connect()
        except OSError:
            # Nobody is there: as if there were no gateway either.
            asked.close_connection = True
            return
        try:
            upstream.request(asked.command, asked.path, body, dict(asked.headers))
            reply = upstream.getresponse()
            found = (reply.status, reply.getheaders(), reply.read())
        except (OSError, HTTPException):
            found = (502, [("Content-Type", _BODIES[1][0])], _BODIES[1][1])
        finally:
            upstream.close()
        with suppress(OSError):
            # Whoever asked may have been killed meanwhile.
            _tell(asked, *self._told(asked.path, found))

    def _told(
        self, path: str, found: tuple[int, list[tuple[str, str]], bytes]
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """The server's answer, or another."""
        place = path.partition("?")[0]
        with self._lock:
            chosen = self._random.randrange(100) < _MISREPORTED
            strikes = self.misreports and chosen and place.endswith(_BULK) and self.misreported < _MOST
            status = self._random.choice(_STATUSES)
            kind, body = self._random.choice(_BODIES)
            self.misreported += strikes
        if not strikes:
            return found
        data_stream = place.removesuffix(_BULK)
        if data_stream:
            # Where the server was killed just now there is nothing to roll over.
            with suppress(OSError):
                self.server.answer("POST", f"{data_stream}{_ROLLOVER}")
        return status, [("Content-Type", kind)], body


def _tell(asked: BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
    asked.send_response_only(status)
    for name, value in headers:
        if name.lower() not in _OWN:
            asked.send_header(name, value)
    asked.send_header("Content-Length", str(len(body)))
    asked.end_headers()
    if asked.command != "HEAD":
        asked.wfile.write(body)

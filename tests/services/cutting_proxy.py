"""A proxy before a PostgreSQL server that breaks connections at their COMMIT."""

import socket
import threading
from contextlib import suppress
from enum import Enum

_AT_ONCE = 65_536


class Cut(Enum):
    """The moment at which the connection breaks: never, before the COMMIT arrives, or behind it, without the answer."""

    NEVER = "never"
    BEFORE = "before"
    AFTER = "after"


class CuttingProxy:
    """Listens on 127.0.0.1; `cut` holds for the next COMMIT, once."""

    def __init__(self, port: int) -> None:
        self.cut = Cut.NEVER
        self.cuts = 0
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._listener]
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening, and close what is still connected."""
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server))
                self._sockets += (client, server)
                for forward in (self._to_server, self._to_client):
                    threading.Thread(target=forward, args=(client, server), daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(_AT_ONCE):
                cut = self.cut if b"; COMMIT" in data else Cut.NEVER
                if cut is not Cut.NEVER:
                    self.cut = Cut.NEVER
                    self.cuts += 1
                if cut is Cut.BEFORE:
                    break
                if cut is Cut.AFTER:
                    # The answer goes nowhere, but the server has read the request before its connection ends.
                    client.shutdown(socket.SHUT_RDWR)
                    server.sendall(data)
                    server.shutdown(socket.SHUT_WR)
                    return
                server.sendall(data)
        _end(client, server)

    def _to_client(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(_AT_ONCE):
                client.sendall(data)
        _end(client, server)


def _end(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)

"""A port for a server that is started later, where nothing else takes it meanwhile."""

import secrets
import socket

# Systems give ports from 32768 on to whoever asks for any, outgoing connections included: on a busy machine one of
# those is taken before a server has started.
_PORTS = range(20_000, 32_000)
_TRIES = 100


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on. Raise OSError where none was found."""
    for _ in range(_TRIES):
        port = secrets.choice(_PORTS)
        with socket.socket() as asked:
            try:
                asked.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port among {_PORTS.start} to {_PORTS.stop - 1}")

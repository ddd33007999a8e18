"""Limit of open files: raised at the start, shared among consoles, named in errors that it causes."""

import errno
import os
import resource

# Whoever may open a billion files (a container often may) gets no more: what loops over all that might be open, as
# programs that give a token do, would take minutes.
MOST_RAISED = 65_536

# Connections of a console that bring it as fast as its rate limits let it, and those that its streams need so that
# none of them waits for another's answer.
MOST_CONNECTIONS = 20
ENOUGH_CONNECTIONS = 10

# What the process has open beside: state, outputs, log, trace, name service, programs that give tokens.
_BESIDE = 100
_EACH_OUTPUT = 10

CURE = (
    "raise it (LimitNOFILE= of the systemd unit, --ulimit nofile= of the container, ulimit -n), or collect fewer "
    "consoles in one process"
)


def raise_limit() -> None:
    """Raise this process's limit of open files as far as allowed; where that is refused, keep it."""
    try:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST_RAISED if hard == resource.RLIM_INFINITY else min(hard, MOST_RAISED)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):
        return


def limit() -> int:
    """Return the number of files that this process may have open."""
    try:
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    except OSError:
        return MOST_RAISED
    return MOST_RAISED if soft == resource.RLIM_INFINITY else soft


def connections_each(most_open: int, consoles: int, outputs: int) -> int:
    """Divide the limit among consoles: connections for each at once; 0 if that is too few."""
    left = most_open - needed(0, outputs)
    return max(0, min(MOST_CONNECTIONS, left // max(1, consoles)))


def needed(connections: int, outputs: int) -> int:
    """Count the files needed for so many connections to consoles and so many outputs."""
    return _BESIDE + _EACH_OUTPUT * outputs + connections


def at_limit(*errors: BaseException | None) -> str | None:
    """The limit of open files that one of these errors comes from, with the cure; None where it is another trouble.

    Name service, TLS and SQLite hide what the system told them, so that for their errors it is tried here.
    """
    numbers = {each.errno for each in errors if isinstance(each, OSError) and not _hides(each)}
    if any(map(_hides, errors)):
        numbers.add(_nothing_opens())
    if errno.EMFILE in numbers:
        most = limit()
        return f"the limit of open files is reached ({most} of {most} are open): {CURE}"
    if errno.ENFILE in numbers:
        return "this machine's limit of open files is reached (fs.file-max): raise it, or stop what opens so many files"
    return None


def _hides(error: BaseException | None) -> bool:
    import socket
    import ssl

    # SQLite's errors are told by their attribute: its module is for those alone that store something in it.
    return isinstance(error, socket.gaierror | ssl.SSLError) or hasattr(error, "sqlite_errorcode")


def _nothing_opens() -> int | None:
    """Explain why no further file can be opened; None if one can."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno
    return None

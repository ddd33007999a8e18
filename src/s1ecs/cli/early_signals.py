"""SIGTERM between the start of a command and its event loop."""

import signal
import sys
from types import FrameType


def end_at_sigterm(status: int) -> None:
    """End with this status at SIGTERM, until the command handles it itself: nothing has begun until then.

    Importing a command can take seconds on a busy machine; without this the signal would kill the process.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        sys.exit(status)

    signal.signal(signal.SIGTERM, end)

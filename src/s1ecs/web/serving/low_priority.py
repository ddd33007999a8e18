"""Priority of the page among the processes of its machine: collecting and acting come first."""

import os
import sys
import threading
from contextlib import suppress

_NICENESS = 10


def yield_to_collecting() -> None:
    """Lower the priority of this thread and of those that it starts from now on; only Linux has one for each thread."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)

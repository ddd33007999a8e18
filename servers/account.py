"""The account that a server runs under: it refuses to be root."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from servers.unavailable import Unavailable

_ACCOUNT, _GROUP = "nobody", "nogroup"


def as_nobody(command: Sequence[str]) -> list[str]:
    """The command as it is, or, for root, so that it runs as nobody."""
    if os.geteuid():
        return list(command)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Unavailable("a real server can't run as root, and there is no setpriv to run it as nobody")
    return [setpriv, f"--reuid={_ACCOUNT}", f"--regid={_GROUP}", "--clear-groups", *command]


def hand_over(folder: Path) -> None:
    """Give a folder, and all that is in it, to the account that the server runs under."""
    if os.geteuid():
        return
    account = pwd.getpwnam(_ACCOUNT)
    for root, _, files in os.walk(folder):
        for path in (Path(root), *(Path(root) / name for name in files)):
            # What is shared with the cache by a hard link stays its owner's; that it can be read suffices.
            if path.stat().st_nlink == 1 or path.is_dir():
                os.chown(path, account.pw_uid, account.pw_gid)


@contextmanager
def server_folder() -> Iterator[Path]:
    """A temporary folder that any account can reach, for the settings, data and logs of one server."""
    with tempfile.TemporaryDirectory(prefix="s1ecs-server-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)

"""What a kill tore apart: bytes in a file that no commit names, because it fell between the write and the commit."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from chaos.collector import Place
from s1ecs.outputs.files.open_files import OPEN


def is_torn(place: Place) -> bool:
    """Whether any open file holds more than the state says.

    The state is read from a copy: whoever opens it first after a kill repairs it, and that is to be the collector.
    """
    with tempfile.TemporaryDirectory() as folder:
        for path in place.state.glob("s1ecs.db*"):
            # Without the index of the log (-shm), which is made anew.
            if not path.name.endswith("-shm"):
                shutil.copy(path, folder)
        copy = Path(folder) / "s1ecs.db"
        return copy.exists() and _holds_more(place.files.values(), copy)


def _holds_more(folders: Iterable[Path], database: Path) -> bool:
    with closing(sqlite3.connect(database)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'files'").fetchone():
            return False
        # Both folders have files of the same names; no two of them are of the same length but by chance.
        good = set(connection.execute("SELECT file, bytes FROM files WHERE file IS NOT NULL"))
    files = (path for folder in folders for path in folder.glob(f"*{OPEN}"))
    return any((path.name.removesuffix(OPEN), path.stat().st_size) not in good for path in files)

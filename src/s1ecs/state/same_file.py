"""Whether the file that is open is still the one that lies at its path: it may have been replaced by a backup."""

from dataclasses import dataclass
from pathlib import Path

from s1ecs.errors import StateError

Identity = tuple[int, int]


@dataclass(frozen=True)
class OpenFiles:
    """The database and what SQLite keeps beside it, as they were when they were opened."""

    path: Path
    database: Identity | None
    beside: tuple[Identity | None, ...]

    @classmethod
    def now(cls, path: Path) -> "OpenFiles":
        """Take note of what lies there."""
        return cls(path, _identity(path), tuple(map(_identity, _beside(path))))

    def replaced(self) -> bool:
        """Whether another file lies at the path; raise StateError where none does."""
        found = _identity(self.path)
        if found is None:
            raise StateError(
                f"{self.path}: gone, or its folder can't be read any more; put it back: `run` then goes on by itself; "
                "or start s1ecs again to collect anew"
            )
        return found != self.database

    def drop_left_behind(self) -> None:
        """Remove what belongs to the file that was replaced: SQLite would take it for part of the new one."""
        for path, identity in zip(_beside(self.path), self.beside, strict=True):
            if identity is not None and _identity(path) == identity:
                path.unlink()


def _beside(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(f"{path.name}{suffix}") for suffix in ("-wal", "-shm"))


def _identity(path: Path) -> Identity | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino

"""Detection of an open file that was replaced at its path, such as by a backup."""

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
        """Tell whether another file lies at the path; raise StateError if none does."""
        found = _identity(self.path)
        if found is None:
            raise StateError(
                f"{self.path}: missing, or its directory can no longer be read; restore it: `run` then continues on "
                "its own; or restart s1ecs to collect again"
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

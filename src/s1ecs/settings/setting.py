"""A setting as people meet it: its name, what it takes, its default, where it may be given."""

from dataclasses import dataclass
from enum import Flag, auto
from typing import Any

from s1ecs.settings.value_types import ValueType

DEFAULT_FILE = "s1ecs.yaml"
# The same by its other ending; a folder that has both is refused.
OTHER_FILE = "s1ecs.yml"
DEFAULT_CONSOLE = "default"
ENVIRONMENT_PREFIX = "S1ECS_"

# All others are given with --set.
_OWN_FLAGS = ("state_dir", "trace", "log_format")

THREE_LINES = """\
url: https://example.sentinelone.net
token_file: token.txt
state_dir: s1ecs-data"""


class Level(Flag):
    """Level at which a setting may be given: top of the file, a console, or a stream of `streams`."""

    TOP = auto()
    CONSOLE = auto()
    STREAM = auto()


_NO_OTHER = Level(0)


@dataclass(frozen=True)
class Described:
    """Description of a field of the settings: why one would set it, and what holds without it.

    `default_words` says in words what a default of None means; `also_at` names levels besides those whose model has
    the field.
    """

    help: str
    default: Any = None
    default_words: str = ""
    also_at: Level = _NO_OTHER


@dataclass(frozen=True)
class Setting:
    """One row: what the setting is called, what it takes, what holds without it, and why one would set it.

    `default_words` says in words what a default of None means; `needed`: an output can't do without it.
    """

    name: str
    kind: ValueType
    help: str
    default: Any = None
    default_words: str = ""
    level: Level = Level.TOP
    needed: bool = False

    @property
    def variable(self) -> str:
        """The name of its environment variable."""
        return ENVIRONMENT_PREFIX + self.name.upper()

    @property
    def flag(self) -> str:
        """Flag of the command line."""
        return "--" + self.name.replace("_", "-") if self.name in _OWN_FLAGS else f"--set {self.name}"

    def write(self, value: Any) -> str:
        """Write a value for people; a secret comes out as `***`."""
        if value is None or (self.default_words and value == self.default):
            return self.default_words
        return self.kind.write(value)

    @property
    def default_text(self) -> str:
        """The default for people."""
        return self.write(self.default)

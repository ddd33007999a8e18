"""Result of one check of `s1ecs check`: what was found, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from s1ecs.counted import counted

CheckLevel = Literal["ok", "warning", "failed"]
# What a check is about, for programs.
CheckArea = Literal[
    "settings",
    "open files",
    "secrets",
    "state",
    "geoip",
    "console",
    "clock",
    "token",
    "identity",
    "permission",
    "action token",
    "output",
    "templates",
    "topics",
]


@dataclass(frozen=True)
class CheckResult:
    """Result of one check; `about` is the console, output or thing that was checked, `cure` may be in the text."""

    level: CheckLevel
    area: CheckArea
    about: str
    text: str
    cure: str = ""

    @property
    def told(self) -> str:
        """The finding with its cure."""
        return f"{self.text}; {self.cure}" if self.cure else self.text


def summary(results: Iterable[CheckResult]) -> str:
    """Sum up all results in one line: `12 checks: 10 ok, 1 warning, 1 failed`."""
    levels = [result.level for result in results]
    counts: dict[str, int] = {level: levels.count(level) for level in ("ok", "warning", "failed")}
    named = ((f"{level}s" if level == "warning" and count != 1 else level, count) for level, count in counts.items())
    told = ", ".join(f"{count} {level}" for level, count in named if count)
    return f"{counted(len(levels), 'check')}: {told}"

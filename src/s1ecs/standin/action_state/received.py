"""The acting requests that the console received, in their order: what a test holds s1ecs against."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Received:
    """An acting request: its path below /web/api/v2.1, its body (JSON, or the text that was none), when it came.

    `done` is whether the console took it and did what there was to do; `status` and `answer` are what it answered,
    null where it did not get that far. A dropped connection does not change that: the client did not see the answer.
    """

    method: str
    path: str
    query: dict[str, str]
    body: Any
    when: str
    done: bool = False
    status: int | None = None
    answer: Any = None
    dropped: bool = False


@dataclass
class Log:
    """All of them since the start, or since it was emptied."""

    requests: list[Received] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """Return them, and how many there were of each method and path."""
        counts = Counter(f"{each.method} {each.path}" for each in self.requests)
        return {"requests": [asdict(each) for each in self.requests], "counts": counts}

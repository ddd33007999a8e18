"""Actions that this process carries out now, or carried out lately: progress for pages, and the task itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from s1ecs.respond.run.result import Result


@dataclass
class RunningAction:
    """An action, or a batch of them, that a task carries out; `id` is that of the action or of the batch.

    `note` is the last word of its progress, `error` why it could not go on; `results` are those that are there.
    `watchers` are called at each change.
    """

    id: str
    console: str
    action: str
    user: str
    targets: Sequence[str]
    is_batch: bool = False
    note: str = "starting"
    error: str = ""
    results: list[Result] = field(default_factory=list)
    ended: bool = False
    watchers: set[Callable[[], None]] = field(default_factory=set)

    def tell(self, note: str) -> None:
        """Take the last word of its progress."""
        if note and note != self.note:
            self.note = note
            self._change()

    def add(self, result: Result) -> None:
        """Take a result, which may follow another one of the same action."""
        self.results = [each for each in self.results if each.id != result.id] + [result]
        self._change()

    def end(self, error: str = "") -> None:
        """Take note that nothing more happens here."""
        self.ended, self.error = True, error
        self._change()

    def _change(self) -> None:
        for each in list(self.watchers):
            each()

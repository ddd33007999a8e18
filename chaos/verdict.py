"""How a run ended, and what makes it a failure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chaos.difference import Difference, doubled, lost, some
from chaos.storm import Tally


@dataclass(frozen=True)
class Verdict:
    """How a run ended. `records` are the states that had to be there, `faults` the strikes of each kind."""

    differences: Sequence[Difference]
    tally: Tally
    faults: Mapping[str, int]
    kinds: Sequence[str]
    kills_wanted: int
    records: int
    problems: Sequence[str] = ()

    @property
    def failures(self) -> list[str]:
        """Why the run failed; empty if it did not."""
        tally = self.tally
        found = list(self.problems)
        found += [failure for each in self.differences for failure in each.failures]
        for stream, gone in sorted(_by_stream(tally.gone).items()):
            found.append(f"{stream}: {len(gone)} gone though the console has them, such as {some(gone)}")
        if missing := [kind for kind in self.kinds if not self.faults.get(kind)]:
            found.append(f"faults that never struck: {', '.join(missing)}")
        if tally.kills < self.kills_wanted:
            found.append(f"only {tally.kills} of {self.kills_wanted} kills in the time there was")
        if tally.inside * 2 < tally.kills - tally.waiting:
            found.append(f"only {tally.inside} of {tally.kills - tally.waiting} kills inside a poll")
        return found

    def lines(self) -> list[str]:
        """The run for people: documents, faults, kills, and the sum as the last line."""
        told = [each.line for each in self.differences]
        told += [f"fault {kind:19} {self.faults.get(kind, 0):6} times" for kind in self.kinds]
        told.append(f"kills between a file's write and its commit: {self.tally.torn}")
        if self.tally.waiting:
            told.append(f"kills while the collector waited for an output, in the sum alone: {self.tally.waiting}")
        told.append(
            f"kills inside a poll: at least {self.tally.inside} of {self.tally.kills}; requests cut off by path:"
        )
        told += [f"kills {path:45} {times:4}" for path, times in sorted(self.tally.paths.items())]
        told += [f"FAILED: {failure}" for failure in self.failures]
        told.append(
            f"lost {lost(self.differences)}, doubled {doubled(self.differences)}, kills {self.tally.kills}, "
            f"faults {sum(self.faults.values())}, records {self.records}"
        )
        return told


def _by_stream(gone: set[tuple[str, str]]) -> dict[str, list[str]]:
    return {name: sorted(identity for stream, identity in gone if stream == name) for name, _ in gone}

"""The comparison: what is lost, what is doubled, and what else makes a run a failure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chaos.held import Held
from chaos.storm import Tally

_SHOWN = 5


@dataclass(frozen=True)
class Difference:
    """What an output has too little or too much of a stream; ids."""

    output: str
    stream: str
    documents: int
    lost: Sequence[str]
    twice: Sequence[str]
    never_held: Sequence[str]


def compare(output: str, stream: str, held: Held, delivered: Counter[str]) -> Difference:
    """Hold what was delivered against what the console holds."""
    return Difference(
        output,
        stream,
        documents=delivered.total(),
        lost=sorted(held.readable - delivered.keys()),
        twice=sorted(identity for identity, times in delivered.items() if times > 1),
        never_held=sorted(delivered.keys() - held.allowed),
    )


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
    def lost(self) -> int:
        """How many states are missing, in each output counted by itself."""
        return sum(len(each.lost) for each in self.differences)

    @property
    def doubled(self) -> int:
        """How many documents are there twice, or of nothing that the console held."""
        return sum(len(each.twice) + len(each.never_held) for each in self.differences)

    @property
    def failures(self) -> list[str]:
        """Why the run failed; empty if it did not."""
        tally = self.tally
        found = list(self.problems)
        for each in self.differences:
            for word, ids in (("lost", each.lost), ("doubled", each.twice), ("never held", each.never_held)):
                if ids:
                    found.append(f"{each.output} {each.stream}: {len(ids)} {word}, such as {', '.join(ids[:_SHOWN])}")
        for stream, gone in sorted(_by_stream(tally.gone).items()):
            found.append(f"{stream}: {len(gone)} gone though the console has them, such as {', '.join(gone[:_SHOWN])}")
        if missing := [kind for kind in self.kinds if not self.faults.get(kind)]:
            found.append(f"faults that never struck: {', '.join(missing)}")
        if tally.kills < self.kills_wanted:
            found.append(f"only {tally.kills} of {self.kills_wanted} kills in the time there was")
        if tally.inside * 2 < tally.kills - tally.waiting:
            found.append(f"only {tally.inside} of {tally.kills - tally.waiting} kills inside a poll")
        return found

    def lines(self) -> list[str]:
        """The run for people: documents, faults, kills, and the sum as the last line."""
        told = [
            f"{each.output:10} {each.stream:17} {each.documents:6} documents, lost {len(each.lost)}, "
            f"twice {len(each.twice)}, never held {len(each.never_held)}"
            for each in self.differences
        ]
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
            f"lost {self.lost}, doubled {self.doubled}, kills {self.tally.kills}, "
            f"faults {sum(self.faults.values())}, records {self.records}"
        )
        return told


def _by_stream(gone: set[tuple[str, str]]) -> dict[str, list[str]]:
    return {name: sorted(identity for stream, identity in gone if stream == name) for name, _ in gone}

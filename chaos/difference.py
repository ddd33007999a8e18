"""What an output has against what the console holds: what is lost, and what is doubled."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chaos.held import Held

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

    @property
    def line(self) -> str:
        """The stream in the output, for people."""
        return (
            f"{self.output:10} {self.stream:17} {self.documents:6} documents, lost {len(self.lost)}, "
            f"twice {len(self.twice)}, never held {len(self.never_held)}"
        )

    @property
    def failures(self) -> list[str]:
        """What is wrong, with some of the ids; empty if nothing is."""
        found = (("lost", self.lost), ("doubled", self.twice), ("never held", self.never_held))
        return [f"{self.output} {self.stream}: {len(ids)} {word}, such as {some(ids)}" for word, ids in found if ids]


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


def lost(differences: Iterable[Difference]) -> int:
    """Count the missing states, in each output by itself."""
    return sum(len(each.lost) for each in differences)


def doubled(differences: Iterable[Difference]) -> int:
    """Count the documents that are there twice, or of nothing that the console held."""
    return sum(len(each.twice) + len(each.never_held) for each in differences)


def some(those: Sequence[str]) -> str:
    """Some of many, in one line."""
    return "; ".join(those[:_SHOWN])

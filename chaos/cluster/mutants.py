"""Workers that are broken on purpose, to see whether chaos would notice: `python -m chaos.cluster.mutants NAME`.

Without the epoch a worker commits whatever became of its lease: it does not look whether its epoch is still the one of
the lease, nor whether somebody else committed meanwhile, and it trusts its lease for ever.
"""

from collections.abc import Callable, Mapping

from chaos.mutants import main
from s1ecs.state.postgresql import checkpoints
from s1ecs.state.postgresql.checkpoints import PostgresCheckpoints
from s1ecs.state.postgresql.leases import PostgresLeases, PostgresTenure


def _no_epoch() -> None:
    commit = PostgresCheckpoints.commit

    async def whatever_is_saved(self: PostgresCheckpoints, walk: object, advance: object) -> None:
        # Nobody's number of commits is wrong.
        self._at.pop(walk, None)  # type: ignore[call-overload]
        await commit(self, walk, advance)  # type: ignore[arg-type]

    PostgresCheckpoints.commit = whatever_is_saved  # type: ignore[method-assign,assignment]
    PostgresLeases.check = lambda *_: None  # type: ignore[method-assign]
    PostgresTenure.valid_until = property(lambda _: float("inf"))  # type: ignore[assignment,method-assign]
    checkpoints._check_unknown = lambda *_: None  # noqa: SLF001 - a mutant reaches inside


MUTANTS: Mapping[str, Callable[[], None]] = {"no_epoch": _no_epoch}


if __name__ == "__main__":
    main(MUTANTS)

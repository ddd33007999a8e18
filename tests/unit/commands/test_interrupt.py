"""An action that ends with an error."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from s1ecs.commands.respond import interrupt
from s1ecs.commands.respond.interrupt import Underway, run
from s1ecs.commands.respond.invocation import Invocation
from s1ecs.errors import StateError, UsageError
from s1ecs.respond.audit.journal import Entry, Target
from s1ecs.settings import Settings, load


def _settings(folder: Path) -> Settings:
    return load(file=None, environment={}, flags={}, streams=["group"], working_folder=folder)


@pytest.mark.parametrize(("error", "told"), [(StateError("full"), True), (UsageError("a mistake"), False)])
def test_an_error_in_a_batch_tells_how_to_go_on(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    told: bool,  # noqa: FBT001 - a case
) -> None:
    """How far the batch is comes before the error; a mistake of the command line started nothing."""
    host = Target("agent", "1")
    row = Entry("a", "one", "isolate", datetime(2026, 1, 31, tzinfo=UTC), "u", "m", "", (host,), (), "scheduled")

    async def rows(_: Settings, batch: str) -> Sequence[Entry]:
        assert batch == "b-1"
        return [row]

    async def work() -> int:
        raise error

    monkeypatch.setattr(interrupt, "batch_of", rows)
    with pytest.raises(type(error)):
        run(_settings(tmp_path), work(), Underway("isolate", batch="b-1"), Invocation())
    assert ("s1ecs respond resume b-1" in capsys.readouterr().err) is told

"""Consoles of rows: which are collected, and that one which can't be used stands in no other's way."""

from pathlib import Path
from typing import Any

import pytest

from s1ecs.bootstrap.console_rows import ConsoleSource, KeptConsoles
from s1ecs.settings import Settings, load
from s1ecs.state.console_rows import ConsoleRow, RowsByName
from s1ecs.state.memory.console_rows import MemoryConsoleRows
from s1ecs.state.memory.tables import Tables

FILE = "consoles:\n- {name: one, url: one.example, token: t}\n- {name: two, url: two.example, token: t}\n"


def row(name: str, *, paused: bool = False, **values: Any) -> ConsoleRow:
    """A row of a console."""
    given = {"url": f"{name}.example", "token_file": f"/run/secrets/{name}", **values}
    return ConsoleRow(name, given, paused=paused)


def names(kept: KeptConsoles) -> list[str]:
    """The consoles that are collected."""
    return [each.name for each in kept.settings.consoles]


@pytest.fixture
def rows() -> MemoryConsoleRows:
    """Rows, none yet."""
    return MemoryConsoleRows(Tables())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with two consoles in the file."""
    (tmp_path / "s1ecs.yaml").write_text(f"interval: 2m\n{FILE}", encoding="utf-8")
    return load(file=None, environment={}, flags={}, streams=("alert", "threat"), working_folder=tmp_path)


async def save(rows: MemoryConsoleRows, *given: ConsoleRow) -> None:
    """Save rows beside those that are there."""

    def edit(found: RowsByName) -> RowsByName:
        return {**found, **{each.name: each for each in given}}

    await rows.change(edit)


async def test_without_rows_the_consoles_of_the_file_are_collected(settings: Settings, rows: MemoryConsoleRows) -> None:
    """As long as there is no row, the settings hold as they are."""
    kept = await ConsoleSource(settings).read(rows)
    assert kept.settings is settings


async def test_rows_replace_the_consoles_of_the_file(settings: Settings, rows: MemoryConsoleRows) -> None:
    """Once there is a row only rows are collected, and the consoles of the file that none of them has are told."""
    await save(rows, row("two"), row("three", streams={"alert": {"interval": "1m"}}))
    kept = await ConsoleSource(settings).read(rows)
    assert names(kept) == ["three", "two"]
    assert [*kept.settings.console_faults] == ["one"]
    streams = {each.name: each.streams["alert"].interval for each in kept.settings.consoles}
    assert {name: str(interval) for name, interval in streams.items()} == {"three": "0:01:00", "two": "0:02:00"}


async def test_a_change_is_picked_up(settings: Settings, rows: MemoryConsoleRows) -> None:
    """What did not change is the same object as before, of all consoles or of one; the rest is read anew."""
    source = ConsoleSource(settings)
    await save(rows, row("three"), row("four"))
    first = await source.read(rows)
    assert await source.read(rows) is first
    await save(rows, row("four", paused=True), row("five"))
    second = await source.read(rows)
    assert names(second) == ["five", "three"]
    assert second.paused == {"four"}
    assert second.settings.console("three") is first.settings.console("three")
    assert second.revision > first.revision
    assert [each.name for each in second.with_paused.consoles] == ["five", "four", "three"]


async def test_an_invalid_row_affects_its_console_alone(
    settings: Settings, rows: MemoryConsoleRows, tmp_path: Path
) -> None:
    """The others are collected, the reason is told, and the console is back once its file is there."""
    authorities = tmp_path / "ca.pem"
    source = ConsoleSource(settings)
    await save(rows, row("three"), row("four", ca_file=str(authorities)))
    kept = await source.read(rows)
    assert names(kept) == ["three"]
    assert kept.settings.console_faults["four"] == f"ca_file: no such file: {authorities}"
    assert await source.read(rows) is kept
    authorities.write_text("")
    assert names(await source.read(rows)) == ["four", "three"]


async def test_a_fault_of_a_paused_row_is_told_to_those_who_act_on_it(
    settings: Settings, rows: MemoryConsoleRows, tmp_path: Path
) -> None:
    """What collects does not hear of a paused console that can't be used; what acts on paused ones, too, does."""
    await save(rows, row("three"), row("four", paused=True, ca_file=str(tmp_path / "ca.pem")))
    kept = await ConsoleSource(settings).read(rows)
    assert names(kept) == ["three"]
    assert ("four" in kept.settings.console_faults, "four" in kept.with_paused.console_faults) == (False, True)

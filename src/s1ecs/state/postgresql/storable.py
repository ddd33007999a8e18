"""Texts of consoles as PostgreSQL can store them."""


def storable(text: str) -> str:
    r"""Return a text with its NUL characters written as `\x00`: PostgreSQL stores all others."""
    return text.replace("\0", r"\x00") if "\0" in text else text

"""Marks in place of a record's time: they say how long its id is remembered."""

# In place of a record's time: its id is remembered always, because it may be read again at any time.
ALWAYS = "always"


def version_mark(item: str, version: str) -> str:
    """In place of a record's time: its id is remembered until the item has another version."""
    return f"item {item} {version}"

"""What a value puts into the lists `related.*`: its text form, of a list each member's, nothing of null and "".

The text is that of the value as it came, with whatever is empty inside of it: a document is rid of its empties only
after all appends.
"""

from typing import Any

from s1ecs.ecs.values import Bad, text_form
from s1ecs.records import DEEPEST, TOO_DEEP


def texts(value: Any, depth: int = 0) -> list[str]:
    """The texts of a value, each as often as it comes; raise Bad as `text_form` does."""
    if type(value) is str:
        return [value] if value else []
    if value is None:
        return []
    if isinstance(value, list):
        if depth > DEEPEST:
            raise Bad(TOO_DEEP)
        return [text for member in value for text in texts(member, depth + 1)]
    return [text_form(value)]


def append(related: list[str], value: Any) -> None:
    """Append those texts of a value that are not there already; raise Bad as `texts` does."""
    for text in texts(value):
        if text not in related:
            related.append(text)


def append_raw(related: list[str], raw: Any, kept: Any) -> None:
    """Append the texts of `raw`; of `kept`, what `whole` left of it, where not all of `raw` has a text form."""
    try:
        append(related, raw)
    except Bad:
        # `whole` has named what has none.
        append(related, kept)

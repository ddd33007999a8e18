"""Values for the lists `related.*`: the text of a value, of each member of a list; nothing for null and "".

The text is that of the value as it came, with whatever is empty inside of it: a document is rid of its empties only
after all appends.
"""

from typing import Any

from s1ecs.ecs.converters import Bad, text_form
from s1ecs.records import DEEPEST, TOO_DEEP

# Up to here looking through a list is faster than keeping a set beside it.
_SHORT = 20


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


class Texts(list[str]):
    """A list of texts that is fast at telling what is not there yet, however long it is."""

    _known: set[str] | None = None
    _counted = 0

    def add(self, text: str) -> None:
        """Append a text unless it is there."""
        if len(self) < _SHORT:
            if text not in self:
                self.append(text)
            return
        known = self._known
        if known is None:
            known = self._known = set()
        # What was appended by other ways, too.
        if self._counted < len(self):
            known.update(self[self._counted :])
        if text not in known:
            known.add(text)
            self.append(text)
        self._counted = len(self)


# The texts of one list: in their order, or as the keys of a dictionary where each stands there once.
Related = Texts | dict[str, None]


def append(related: Related, value: Any) -> None:
    """Append those texts of a value that are not there already; raise Bad as `texts` does."""
    found = texts(value)
    if isinstance(related, dict):
        related.update(dict.fromkeys(found))
    else:
        for text in found:
            related.add(text)


def append_raw(related: Related, raw: Any, kept: Any) -> None:
    """Append the texts of `raw`; of `kept`, what `whole` left of it, where not all of `raw` has a text form."""
    try:
        append(related, raw)
    except Bad:
        # `whole` has named what has none.
        append(related, kept)


def missing(there: list[Any], members: list[Any]) -> list[Any]:
    """List the `members`, all texts, that are missing."""
    known = frozenset(there) if len(there) > _SHORT else there
    return [member for member in members if member not in known]

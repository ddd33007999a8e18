"""Memory of what was logged, so that what lasts is logged once."""

from collections.abc import Hashable


class LogOnce:
    """The last text of each subject; the caller logs it if it `changed`."""

    def __init__(self) -> None:
        self._texts: dict[Hashable, str] = {}

    def changed(self, subject: Hashable, text: str) -> bool:
        """Remember the text of a subject; True if its last one was another, or if it had none."""
        is_new = self._texts.get(subject) != text
        self._texts[subject] = text
        return is_new

    def over(self, subject: Hashable) -> bool:
        """Forget the text of a subject; True if there was one, so that its end can be logged."""
        return self._texts.pop(subject, None) is not None

    def is_known(self, text: str) -> bool:
        """Return True if this is the last text of any subject."""
        return text in self._texts.values()

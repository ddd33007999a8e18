"""State of a view as the query of its address: filters, time range, sort and place, and the addresses of others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

# Beginning of the name of a parameter that filters a value out.
NOT = "not."
# The same of one that keeps what has a time before another in a column.
BEFORE = "before."
# A star of a value itself; one alone stands for any characters.
STAR = "[*]"
# Parameters of a place in a list, which no other view shares.
_OF_A_PLACE = frozenset({"after", "open"})
# Parameters that every list understands; the navigation keeps them.
EVERYWHERE = ("from", "to", "console", "site")


def filter_text(value: object) -> str:
    """Return a value of a document as a filter for it alone has it."""
    return str(value).replace("*", STAR)


@dataclass(frozen=True)
class ViewState:
    """Path below the prefix, and parameters in the order in which they were given; a name may repeat."""

    path: str
    parameters: Sequence[tuple[str, str]] = ()

    def get(self, name: str) -> str:
        """Return the last value of a parameter; "" if it is not there."""
        return next((value for key, value in reversed(self.parameters) if key == name), "")

    def all(self, name: str) -> list[str]:
        """Return all values of a parameter."""
        return [value for key, value in self.parameters if key == name]

    def having(self, **values: object) -> "ViewState":
        """Replace parameters, back at the first page; None removes one. A trailing underscore is no part of a name."""
        named = {name.rstrip("_").replace("__", "."): value for name, value in values.items()}
        return self._with(named)

    def with_value(self, name: str, value: object) -> "ViewState":
        """Filter for a value alone, or filter it out as well where the name begins with `not.`; the opposite one goes.

        What is counted under the filters of a list has this number under those of this view, too.
        """
        text = str(value)
        if name.startswith(NOT):
            dropped = [(name, text), (name.removeprefix(NOT), text)]
            kept = [each for each in self._placeless() if each not in dropped]
        else:
            kept = [each for each in self._placeless() if each[0] != name and each != (f"{NOT}{name}", text)]
        return ViewState(self.path, [*kept, (name, text)])

    def without_value(self, name: str, value: object) -> "ViewState":
        """Remove one filter."""
        return ViewState(self.path, [each for each in self._placeless() if each != (name, str(value))])

    def at(self, path: str, *kept: str) -> "ViewState":
        """Return the view of another path with what holds everywhere, and with the parameters named."""
        names = {*EVERYWHERE, *kept}
        return ViewState(path, [each for each in self.parameters if each[0] in names])

    def to(self, path: str) -> "ViewState":
        """Return the view of another path with all filters and the range, at its first page."""
        return ViewState(path, list(self._placeless()))

    def in_place(self, **values: object) -> "ViewState":
        """Replace parameters and keep the place in the list."""
        return self._with({name.rstrip("_"): value for name, value in values.items()}, keep_place=True)

    @property
    def query(self) -> str:
        """The query of the address, without the question mark."""
        return urlencode(list(self.parameters), errors="replace")

    def __str__(self) -> str:
        """Return the address below the prefix."""
        path = quote(self.path, safe="/:@", errors="replace")
        return f"{path}?{self.query}" if self.parameters else path

    def _placeless(self) -> Iterable[tuple[str, str]]:
        return (each for each in self.parameters if each[0] not in _OF_A_PLACE)

    def _with(self, values: dict[str, object], *, keep_place: bool = False) -> "ViewState":
        dropped = set(values) if keep_place else {*values, *_OF_A_PLACE}
        kept = [each for each in self.parameters if each[0] not in dropped]
        return ViewState(
            self.path, [*kept, *((name, str(value)) for name, value in values.items() if value is not None)]
        )

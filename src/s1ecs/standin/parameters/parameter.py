"""Definition of a query parameter, and those that many paths share."""

from typing import Literal, NamedTuple

ParameterKind = Literal["between", "boolean", "choice", "ids", "integer", "number", "text", "texts", "time"]


class Parameter(NamedTuple):
    """A query parameter: `ids` and `texts` are comma lists, `values` are the words that a choice allows.

    A `between` is two times in epoch milliseconds, the first and the last, with a hyphen between them.
    """

    name: str
    kind: ParameterKind
    minimum: int | None = None
    maximum: int | None = None
    values: tuple[str, ...] = ()
    required: bool = False


NONE: tuple[Parameter, ...] = ()

SCOPE = (
    Parameter("accountIds", "ids"),
    Parameter("groupIds", "ids"),
    Parameter("siteIds", "ids"),
)
TENANT = Parameter("tenant", "boolean")

SORT_ORDER = Parameter("sortOrder", "choice", values=("asc", "desc"))
_OF_THE_PAGE = (
    Parameter("countOnly", "boolean"),
    Parameter("cursor", "text"),
    Parameter("skip", "integer", 0, 1000),
    Parameter("skipCount", "boolean"),
    SORT_ORDER,
)


def paging(limit: int) -> tuple[Parameter, ...]:
    """Return the parameters of a list whose pages hold at most `limit` records."""
    return (*_OF_THE_PAGE, Parameter("limit", "integer", 1, limit))


PAGING = paging(1000)


def sort_by(*values: str) -> Parameter:
    """Return the parameter `sortBy` with the values that it allows."""
    return Parameter("sortBy", "choice", values=values)


def bounds(time: str, *, between: bool = False) -> tuple[Parameter, ...]:
    """Return the bounds of a time: __gt, __gte, __lt, __lte and, where the path has it, __between."""
    ends = tuple(Parameter(f"{time}__{bound}", "time") for bound in ("gt", "gte", "lt", "lte"))
    return (*ends, Parameter(f"{time}__between", "between")) if between else ends


def ids(*names: str) -> tuple[Parameter, ...]:
    """Return parameters that are comma lists of ids."""
    return tuple(Parameter(name, "ids") for name in names)


def texts(*names: str) -> tuple[Parameter, ...]:
    """Return parameters that are comma lists of texts."""
    return tuple(Parameter(name, "texts") for name in names)


def booleans(*names: str) -> tuple[Parameter, ...]:
    """Return parameters that are true or false."""
    return tuple(Parameter(name, "boolean") for name in names)

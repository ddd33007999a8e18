"""The types that queries and their variables are checked against, as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# Of each field the type of its value, "" for a leaf; lists need no mark, as the answer is one where the value is.
Fields = Mapping[str, str]

SCALARS: Mapping[str, tuple[type, ...]] = {
    "Boolean": (bool,),
    "Int": (int,),
    "Long": (int,),
    "String": (str,),
}
# The greatest whole number of each kind; the least is one below its negative.
GREATEST = {"Int": 2**31 - 1, "Long": 2**63 - 1}


@dataclass(frozen=True)
class Schema:
    """Object types, unions (their members), input types, enumerations, and the arguments of (type, field)."""

    objects: Mapping[str, Fields]
    unions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    inputs: Mapping[str, Fields] = field(default_factory=dict)
    enums: Mapping[str, Sequence[str]] = field(default_factory=dict)
    arguments: Mapping[tuple[str, str], Fields] = field(default_factory=dict)


def fields(leaves: str, **typed: str) -> dict[str, str]:
    """Return a type's fields: leaves, divided by blanks, and those that have a type of their own."""
    return {**dict.fromkeys(leaves.split(), ""), **typed}

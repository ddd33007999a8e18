"""What names a thing of an inventory: the key of the row that remembers its state."""

from s1ecs.collect.walks.values import value_at
from s1ecs.ecs.identity import fingerprint
from s1ecs.records import Record, canonical


def thing_of(record: Record, keys: tuple[str, ...], identity: str) -> str:
    """The thing that a record is the state of; a record without any of the keys is a thing by itself."""
    values = [value_at(record, key) for key in keys]
    if all(value is None for value in values):
        return identity
    return fingerprint(canonical(values))

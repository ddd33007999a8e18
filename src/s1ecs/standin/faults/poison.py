"""Poison records: copies of a page's records, under ids of their own, that hold what nobody expects.

A copy of the same record is always the same. None tells a time that its record does not have: what a wrong time does
is another matter.
"""

import hashlib
from collections.abc import Mapping
from random import Random
from typing import Any

import orjson

# What the id of a copy begins with, by which documents of poison are told from others.
MARK = "poison-"

_DEPTH = 150
_ODD = tuple(
    map(
        orjson.Fragment,
        (
            *("null", "true", "7", '""', "[]", "{}", '"text"', "1e30", "123456789012345678901", "1e400", "9" * 320),
            *(r'"\ud800"', r'{"\udfff":1}', r'"\u001b[2J"', '"0x7fffffffffffffff"', '["192.0.2.x",null,[{"a":1}]]'),
            *("[" * _DEPTH + "]" * _DEPTH, '{"k":' * _DEPTH + "1e400" + "}" * _DEPTH),
            *('"%s"' % (text * 500) for text in (" ?sig=a", "https://a.example/?sig=a&", "<script ", "x")),
        ),
    )
)
_MOST_VALUES = 4


def poisoned(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a record, or of an edge that holds one, with odd values and an id of its own."""
    if "node" in record:
        return {**record, "node": poisoned(record["node"])}
    written = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
    random = Random(written)  # noqa: S311 - chance that can be repeated
    copy: dict[str, Any] = orjson.loads(written)
    for _ in range(random.randint(1, _MOST_VALUES)):
        around = copy
        key = random.choice(sorted(around))
        while isinstance(around[key], dict) and around[key] and random.random() < 0.7:  # noqa: PLR2004 - most lie deep
            around = around[key]
            key = random.choice(sorted(around))
        around[key] = random.choice(_ODD)
    identity = MARK + hashlib.blake2b(written, digest_size=8).hexdigest()
    if "alertInfo" in record:
        info = copy["alertInfo"] if isinstance(copy["alertInfo"], dict) else dict(record["alertInfo"])
        copy["alertInfo"] = {**info, "alertId": identity}
    return {**copy, "id": identity}

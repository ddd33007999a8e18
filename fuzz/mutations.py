"""Records of the stand-in, mutated: odd values of every type in the place of good ones, at any depth."""

import copy
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

_MOST_CHANGES = 4
# So deep that nothing below it reaches a document; that a fast parser refuses it; that all parsers do.
_DEPTHS = (150, 1010, 5000)
_COMMAND_LINE = 31_500
# One odd value in so many is a long one.
_LONG_ONE_IN = 20
# The share of records that are written in ASCII alone.
_ESCAPED = 0.5


def _repeated(text: str, length: int = _COMMAND_LINE) -> str:
    return json.dumps(text * (length // len(text)))


# As JSON text, because not every writer would write them.
_SHORT = (
    *("null", "true", "false", "0", "-1", "7", "1.50", "1E2", "-0.0", '""', "[]", "{}", '"text"', '" "', '"null"'),
    *("1e30", "123456789012345678901", "-9223372036854775809", "18446744073709551615", "18446744073709551616"),
    *("1e400", "-1e400", "1e-400", "9" * 308, "9" * 309, "-" + "1" * 400, "1" * 5000, "0." + "3" * 400),
    *(f'"{word}"' for word in ("1e30", "1e400", "NaN", "0x7fffffffffffffff", "9" * 40, "True", "Low", "windows")),
    *(r'"\ud800"', r'"x\udfff\ud800x"', r'"\u0000"', r'"\u001b[2J\u202e"', r'"\ud83d\ude00"', '"\u0661\u00e9"'),
    *(f'"{time}"' for time in ("9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+18:00", "0000-01-01T00:00:00Z")),
    *('"2026-01-02"', '"2026-02-30T00:00:00Z"', '"2026-01-02T25:00:00Z"', "1767355200000", '"1767355200"'),
    *('"192.0.2.1"', '"192.0.2.1,192.0.2.x,,"', '"fe80::1%eth0"', '["192.0.2.1",7,null,["::1"]]'),
    *('{"id":{"a":[1]}}', "[[1,[2,[3]]]]", '{"":1}', '{"a.b":1,"@timestamp":2,"_id":3}', r'{"\ud800":1}', "[null,{}]"),
    *('{"a":1,"a":2}', '[1e400,{"a":1e400}]', f'[{"1" * 400}]', f'{{"a":{"1" * 400}}}'),
)  # fmt: skip
_LONG = (
    *map(_repeated, (" ?sig=a", "https://a.example/?sig=a&", "&sig=a", "<script ", "<!--", "http:\\", "?", '"', "\\")),
    *map(_repeated, ("x", " ", "\ud800", "2026-01-02T", "0", "1,", "-", "Aa", "\U0001f600", "https://")),
    *("[" * depth + "]" * depth for depth in _DEPTHS),
    *('{"k":' * depth + "1e400" + "}" * depth for depth in _DEPTHS),
    json.dumps([f"text {number}" for number in range(3000)]),
    json.dumps([f"192.0.{number // 250}.{number % 250}" for number in range(3000)]),
    json.dumps([{"inet": [f"10.0.{number // 250}.{number % 250}"]} for number in range(1000)]),
    json.dumps({f"key {number}": number for number in range(3000)}),
    json.dumps({f"key{'K' * number}": number for number in range(100)}),
)

_MARK = "\ue000{}\ue001"


def mutated(record: dict[str, Any], random: Random) -> bytes:
    """Make the JSON text of a record in which some values are others, are gone, or stand elsewhere."""
    texts: list[str] = []

    def odd() -> str:
        texts.append(random.choice(_LONG) if random.randrange(_LONG_ONE_IN) == 0 else random.choice(_SHORT))
        return _MARK.format(len(texts) - 1)

    value: Any = copy.deepcopy(record)
    if random.randrange(100) == 0:
        value = odd()
    else:
        for _ in range(random.randint(1, _MOST_CHANGES)):
            places = list(_places(value))
            if places:
                random.choice(_CHANGES)(*random.choice(places), odd, random)
    written = json.dumps(value, ensure_ascii=random.random() < _ESCAPED)
    for number, text in enumerate(texts):
        mark = _MARK.format(number)
        for spelled in (json.dumps(mark), json.dumps(mark, ensure_ascii=False)):
            written = written.replace(spelled, text)
    # A surrogate that was not escaped becomes bytes that are no UTF-8.
    return written.encode("utf-8", "surrogatepass")


_Odd = Callable[[], str]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each object or list in a value with each of its keys or numbers."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _replace(around: Any, key: Any, odd: _Odd, _random: Random) -> None:
    around[key] = odd()


def _remove(around: Any, key: Any, _odd: _Odd, _random: Random) -> None:
    del around[key]


def _enclose(around: Any, key: Any, odd: _Odd, random: Random) -> None:
    around[key] = random.choice(([around[key]], {"value": around[key]}, [around[key], odd()]))


def _add(around: Any, _key: Any, odd: _Odd, random: Random) -> None:
    if isinstance(around, list):
        around.insert(random.randint(0, len(around)), odd())
    else:
        around[random.choice(("", "id", "@timestamp", "a.b", "_id", "\ud800", "K" * 3000))] = odd()


def _as_text(around: Any, key: Any, _odd: _Odd, _random: Random) -> None:
    around[key] = json.dumps(around[key])


def _swap(around: Any, key: Any, _odd: _Odd, random: Random) -> None:
    other = random.choice(list(around)) if isinstance(around, dict) else random.randrange(len(around))
    around[key], around[other] = around[other], around[key]


_CHANGES = (_replace, _replace, _replace, _replace, _remove, _enclose, _add, _as_text, _swap)

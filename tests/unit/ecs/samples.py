"""JSON values sorted by hand into good and bad ones, a column a kind, as the specification tells them apart."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

NUMBERS = frozenset({"long", "double", "float"})
REALS = frozenset({"double", "float"})
ADDRESSES = frozenset({"ip", "geo", "ip list"})
MEMBER_BY_MEMBER = (*NUMBERS, "boolean", "ip", "geo")


class Sample(NamedTuple):
    """A value as JSON text, the kinds that accept it, what a text calls it; in `otherwise` the kinds that differ."""

    json: str
    good: frozenset[str] = frozenset()
    shown: str | None = None
    otherwise: Mapping[str, str] = MappingProxyType({})

    @property
    def is_text(self) -> bool:
        """Whether it is a JSON text."""
        return self.json.startswith('"')

    def named(self, kind: str) -> str:
        """The value inside of a text about it."""
        return self.otherwise.get(kind, self.shown or (self.json.strip('"') if self.is_text else self.json))


ABSENT = Sample("null")
EMPTY = Sample('""')
BEYOND = Sample("1e400")

SAMPLES = (
    ABSENT,
    EMPTY,
    BEYOND,
    Sample('"2018-02-27T04:49:26.257525Z"', frozenset({"date", "lenient"})),
    Sample('"2018-02-27"', frozenset({"date", "lenient"})),
    Sample('"2018-02-27T04:49:26+02:00"', frozenset({"date", "lenient"})),
    Sample('"2018-2-7T4:49:26Z"', frozenset({"lenient"})),
    Sample('"2018-02-30T04:49:26Z"'),
    Sample('"2018-02-27 04:49:26"'),
    Sample('"12"', NUMBERS),
    Sample('"-0x1F"', frozenset({"long"})),
    Sample('"7.00"', REALS),
    Sample('"-1.5e3"', REALS),
    Sample('" 7"'),
    Sample('"NaN"'),
    Sample('"1e400"'),
    Sample('"1e39"', frozenset({"double"})),
    Sample("0", NUMBERS),
    Sample("-7", NUMBERS),
    Sample("1.5", REALS),
    Sample("12.0", REALS),
    Sample("9223372036854775807", NUMBERS),
    Sample("9223372036854775808", REALS),
    Sample("-123456789012345678901234567890", REALS),
    Sample("true", frozenset({"boolean"})),
    Sample('"FALSE"', frozenset({"boolean"})),
    Sample('"yes"'),
    Sample('"81.2.69.142"', ADDRESSES),
    Sample('"2001:DB8::1"', ADDRESSES),
    Sample('"81.2.69.x"'),
    Sample('"192.0.2.0/24"'),
    Sample('"fe80::1%eth0"'),
    Sample('"192.0.2.1,192.0.2.2,,"', frozenset({"ip list"})),
    Sample('"192.0.2.1, 192.0.2.2"', otherwise={"ip list": " 192.0.2.2"}),
    Sample('"windows_legacy"'),
    Sample('"High"'),
    Sample('"Succeeded"'),
    Sample('"\\u0661"', shown="\u0661"),
    Sample('"\\ud800x"', shown="\ufffdx"),
    Sample('"' + "x" * 70_000 + '"'),
    Sample('{"a":1}'),
    # In a list the bad member alone is named, a date takes no list at all.
    Sample("[12,1]", NUMBERS, otherwise={"boolean": "12", "ip": "12", "geo": "12"}),
    Sample('["12","x"]', otherwise={**dict.fromkeys(NUMBERS, "x"), **dict.fromkeys(("boolean", "ip", "geo"), "12")}),
    Sample("[true,0]", otherwise={**dict.fromkeys(NUMBERS, "true"), "boolean": "0", "ip": "true", "geo": "true"}),
    Sample(
        '["192.0.2.1","b"]',
        otherwise={**dict.fromkeys((*NUMBERS, "boolean"), "192.0.2.1"), **dict.fromkeys(("ip", "geo"), "b")},
    ),
    Sample("[[1]]", otherwise=dict.fromkeys(MEMBER_BY_MEMBER, "[1]")),
    Sample("[null]", otherwise=dict.fromkeys((*MEMBER_BY_MEMBER, "text"), "null")),
)

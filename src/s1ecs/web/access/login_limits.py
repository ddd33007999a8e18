"""Limits of failed logins by user name and address, in bounded memory."""

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

_WINDOW = timedelta(minutes=15)
# Failures within the window. A name alone may fail more often, so that a stranger can't lock its owner out at once.
_BY_NAME_AND_ADDRESS = 5
_BY_ADDRESS = 20
_BY_NAME = 100
_MOST_KEYS = 10_000
# Of a longer name, which no user has, the beginning counts.
_LONGEST_NAME = 200


@dataclass
class _Failures:
    began: datetime
    count: int = 0


class LoginLimits:
    """Counts failed logins; an attempt counts as failed from its beginning, so that many at once are limited, too."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def begin(self, name: str, address: str) -> int:
        """Count an attempt; return 0, or the seconds to wait where there were too many, which then is not counted."""
        now = self._now()
        waits = [self._wait(key, limit, now) for key, limit in _keys(name, address)]
        if any(waits):
            return max(waits)
        for key, _ in _keys(name, address):
            self._failures.setdefault(key, _Failures(now)).count += 1
            self._failures.move_to_end(key)
        while len(self._failures) > _MOST_KEYS:
            self._failures.popitem(last=False)
        return 0

    def succeeded(self, name: str, address: str) -> None:
        """Forget the attempt: it was none that failed. Earlier failures of the name from there are forgotten, too."""
        for key, limit in _keys(name, address):
            if limit == _BY_NAME_AND_ADDRESS:
                self._failures.pop(key, None)
            elif key in self._failures:
                self._failures[key].count -= 1

    def _wait(self, key: tuple[str, str], limit: int, now: datetime) -> int:
        failures = self._failures.get(key)
        if failures is None:
            return 0
        left = failures.began + _WINDOW - now
        if left <= timedelta(0):
            del self._failures[key]
            return 0
        return math.ceil(left.total_seconds()) if failures.count >= limit else 0


def _keys(name: str, address: str) -> Iterator[tuple[tuple[str, str], int]]:
    """Yield the keys of an attempt with their limits."""
    network, name = _network(address), name[:_LONGEST_NAME]
    if name:
        yield (name, network), _BY_NAME_AND_ADDRESS
    yield ("", network), _BY_ADDRESS
    if name:
        yield (name, ""), _BY_NAME


def _network(address: str) -> str:
    """Return what one person has: an IPv4 address, or the first half of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address  # noqa: PLR2004

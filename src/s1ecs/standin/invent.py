"""Values made up from a source of randomness: identifiers, hashes, addresses of the documentation ranges, times."""

import hashlib
from datetime import UTC, datetime
from random import Random

SMALLEST_ID = 100_000_000_000_000_000
_SEQUENCE_BITS = 20


def identifier(moment: datetime, sequence: int) -> str:
    """Return a decimal id as the console gives them: growing with time, different for different sequence numbers."""
    milliseconds = max(0, int(moment.timestamp() * 1000))
    return str(SMALLEST_ID + (milliseconds << _SEQUENCE_BITS | sequence & (1 << _SEQUENCE_BITS) - 1))


def hexadecimal(random: Random, digits: int) -> str:
    """Return that many hexadecimal digits."""
    return f"{random.getrandbits(digits * 4):0{digits}x}"


def uuid(random: Random) -> str:
    """Return 32 hexadecimal digits grouped as a UUID."""
    digits = hexadecimal(random, 32)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def sid(random: Random) -> str:
    """Return a security identifier of a Windows account."""
    machine = "-".join(str(random.randrange(10**9)) for _ in range(3))
    return f"S-1-5-21-{machine}-{random.randrange(1000, 9999)}"


def inner_address(number: int) -> str:
    """Return the address of the organisation's host of that number, in 192.0.2.0/24."""
    return f"192.0.2.{number % 254 + 1}"


def outer_address(random: Random) -> str:
    """Return an address outside of the organisation, of the ranges set aside for documentation."""
    if random.random() < 0.1:  # noqa: PLR2004 - a share, read where it is used
        return f"2001:db8:{random.randrange(1, 0xFFFF):x}::{random.randrange(1, 0xFFFF):x}"
    return f"{random.choice(('198.51.100', '203.0.113'))}.{random.randrange(1, 255)}"


def time_text(moment: datetime) -> str:
    """Write a time as the console does, such as 2018-02-27T04:49:26.257525Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def source(seed: int, *names: object) -> Random:
    """Return a source of randomness of its own for what `names` say, so that one thing's draws move no other's."""
    text = "/".join(str(name) for name in (seed, *names))
    return Random(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest()))  # noqa: S311 - no secrets: it must repeat itself


def maybe_time(moment: datetime | None) -> str | None:
    """Write a time, or null where there is none."""
    return None if moment is None else time_text(moment)


def whole_second(moment: datetime) -> str:
    """Write a time as agents write some of theirs, such as 2023-12-21T20:31:51Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""Equality of values of a list."""

# Types of blocklist items and of indicators whose values are hexadecimal or names of the DNS (RFC 4343).
_ANY_CASE = frozenset({"BLACK_HASH", "DNS", "IPV6", "MD5", "SHA1", "SHA256"})


def same_value(kind: str, one: str, other: str) -> bool:
    """Return True if two values of a type are the same; case is ignored in hashes and names, not in URLs."""
    return one == other or (kind.upper() in _ANY_CASE and one.lower() == other.lower())

"""When two values of a list mean the same."""

# Types of blocklist items and of indicators whose values are hexadecimal or names of the DNS (RFC 4343).
_ANY_CASE = frozenset({"BLACK_HASH", "DNS", "MD5", "SHA1", "SHA256"})


def same_value(kind: str, one: str, other: str) -> bool:
    """Whether two values of a type are the same: capital letters tell nothing in hashes and names, but much in URLs."""
    return one == other or (kind.upper() in _ANY_CASE and one.lower() == other.lower())

"""Network interfaces, as far as those of agents and threats agree."""

from typing import Any

from s1ecs.ecs.converters import Bad, ip, shown


def good_addresses(members: list[Any], problems: list[str]) -> list[Any]:
    """The members that are IP addresses; each other one becomes a text in `problems`."""
    good = []
    for member in members:
        try:
            # A list inside of the list is no address, whatever it holds.
            good.append(ip(shown(member) if isinstance(member, list) else member))
        except Bad as bad:
            problems.append(str(bad))
    return good

"""Network interfaces, as far as those of agents and threats agree."""

from typing import Any

from s1ecs.ecs.converters import Bad, ip, is_address, shown


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


def is_address_list(members: list[Any]) -> bool:
    """Tell whether all members are texts that are IP addresses."""
    for member in members:  # noqa: SIM110 - a generator takes longer
        if type(member) is not str or not is_address(member):
            return False
    return True

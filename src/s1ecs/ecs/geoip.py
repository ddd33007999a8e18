"""Where an address lies, from the user's MaxMind City database."""

from collections.abc import Callable, Mapping
from typing import Any

from s1ecs.ecs.values import Bad

# An address that is good -> the fields of `host.geo`, None where it is not known; raises Bad when the look-up fails.
Locate = Callable[[str], Mapping[str, Any] | None]


def first_known(locate: Locate | None, addresses: str | list[str] | None, problems: list[str]) -> Any:
    """Where the first address lies that is known; a look-up that fails becomes a problem."""
    if locate is None or addresses is None:
        return None
    for address in addresses if isinstance(addresses, list) else [addresses]:
        try:
            place = locate(address)
        except Bad as bad:
            problems.append(str(bad))
        else:
            if place:
                return dict(place)
    return None

"""Where an address lies, from the user's MaxMind City database."""

from collections.abc import Callable, Mapping
from typing import Any

# An address that is good -> the fields of `host.geo`, None where it is not known; raises Bad when the look-up fails.
Locate = Callable[[str], Mapping[str, Any] | None]

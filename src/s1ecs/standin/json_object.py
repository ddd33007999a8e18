"""JSON objects as the stand-in builds them."""

from typing import Any

JsonObject = dict[str, Any]

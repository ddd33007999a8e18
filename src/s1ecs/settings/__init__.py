"""Settings: what a user can set, where it came from, and what is wrong with it. Nothing else reads the environment."""

from s1ecs.settings.address import is_loopback
from s1ecs.settings.duration import parse_duration, write_duration
from s1ecs.settings.load import load
from s1ecs.settings.model import Console, Output, Settings, StreamSettings
from s1ecs.settings.page import settings_page
from s1ecs.settings.show import Row, show
from s1ecs.settings.token import ProxyAddress, Secret

__all__ = [
    "Console",
    "Output",
    "ProxyAddress",
    "Row",
    "Secret",
    "Settings",
    "StreamSettings",
    "is_loopback",
    "load",
    "parse_duration",
    "settings_page",
    "show",
    "write_duration",
]

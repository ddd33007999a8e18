"""Settings: loaded from file, environment and flags, each with its origin. Nothing else reads the environment."""

from s1ecs.settings.addresses import is_loopback
from s1ecs.settings.console_settings import ConsoleSettings
from s1ecs.settings.docs_page import settings_page
from s1ecs.settings.inherited_settings import StreamSettings
from s1ecs.settings.load import load
from s1ecs.settings.model import ConsoleEntry, OutputSettings, Settings
from s1ecs.settings.report import SettingRow, show
from s1ecs.settings.secrets import ProxyAddress, Secret
from s1ecs.settings.units import parse_duration, write_duration
from s1ecs.settings.yaml_template import yaml_template

__all__ = [
    "ConsoleEntry",
    "ConsoleSettings",
    "OutputSettings",
    "ProxyAddress",
    "Secret",
    "SettingRow",
    "Settings",
    "StreamSettings",
    "is_loopback",
    "load",
    "parse_duration",
    "settings_page",
    "show",
    "write_duration",
    "yaml_template",
]

"""The table of everything a user can set, read off the models: it feeds reading, help, `s1ecs settings` and docs."""

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, get_args

from s1ecs.settings.console_settings import ConsoleSettings
from s1ecs.settings.inherited_settings import Frozen, OfConsole, OfStream, StreamSettings
from s1ecs.settings.model import Settings
from s1ecs.settings.setting import Described, Level, Setting
from s1ecs.settings.value_types import ValueType, choice
from s1ecs.settings.web_settings import OfWeb

# In the order of the pages; each declares some of the fields.
_MODELS: tuple[type[Frozen], ...] = (ConsoleSettings, Settings, OfWeb, StreamSettings, OfStream, OfConsole)

_LEVELS: Mapping[type[Frozen], Level] = {
    Settings: Level.TOP,
    ConsoleSettings: Level.CONSOLE,
    StreamSettings: Level.STREAM,
}


def _setting(name: str, annotation: Any, metadata: Iterable[Any]) -> Setting | None:
    told = {type(each): each for each in metadata}
    if Described not in told:
        return None
    described: Described = told[Described]
    kind = told.get(ValueType) or choice(*get_args(annotation))
    levels = described.also_at
    for model, level in _LEVELS.items():
        if name in model.model_fields:
            levels |= level
    return Setting(name, kind, described.help, described.default, described.default_words, levels)


def _read_off() -> Iterable[Setting]:
    for model in _MODELS:
        for name in model.__annotations__:
            field = model.model_fields[name]
            setting = _setting(name, field.annotation, field.metadata)
            if setting is not None:
                yield setting


TABLE: tuple[Setting, ...] = tuple(_read_off())

# What makes a console; the other settings of a console fall back to the top of the file.
CONNECTION = ("url", "token", "token_file", "token_env", "token_command")
TOKENS = CONNECTION[1:]
ACTION_TOKENS = ("action_token", "action_token_file", "action_token_env", "action_token_command")

# What belongs to one console alone.
OWN = CONNECTION + ACTION_TOKENS


@cache
def rows(level: Level) -> Mapping[str, Setting]:
    """The settings that may stand at a level, by name, in the table's order."""
    return MappingProxyType({row.name: row for row in TABLE if level in row.level})

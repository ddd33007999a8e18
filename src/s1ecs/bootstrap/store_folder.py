"""From settings to the folder of the local store, apart from the state: commands that query it do not load that."""

from pathlib import Path

from s1ecs.errors import SettingsError
from s1ecs.settings import Settings


def store_folder(settings: Settings, command: str) -> Path:
    """Return the folder of the local store, for a command that reads it; raise SettingsError where there is none."""
    if settings.state is not None:
        raise SettingsError(
            f"{command} reads the local store, which there is none of with the setting 'state': the documents are in "
            "the outputs; query them there"
        )
    return settings.state_dir

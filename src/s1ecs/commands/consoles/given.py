"""The console of a command line: options become the entry that a file would have."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from s1ecs.commands.consoles.row_files import PAUSED_KEY, TAGS_KEY, row_of
from s1ecs.errors import UsageError
from s1ecs.settings.raw_values import Problems, RawValue, raw_value
from s1ecs.settings.yaml_file import read_text
from s1ecs.state.console_rows import ConsoleRow

_PLACE = "consoles add"


def given_row(
    name: str, values: Mapping[str, str | None], assignments: Sequence[str], tags: Sequence[str], *, paused: bool
) -> ConsoleRow:
    """Return the row; raise UsageError or SettingsError for what can't be meant. Paths start at the working folder."""
    problems, folder = Problems(), Path.cwd()
    told = {"name": name, **values, TAGS_KEY: [*tags] or None, PAUSED_KEY: paused or None}
    own = {key: raw_value(value, _PLACE, key, folder) for key, value in told.items()}
    for text in assignments:
        key, value = _assignment(text)
        if key in own and own[key].content is not None:
            raise UsageError(f"consoles add: {key} is given twice; keep one of them")
        own[key] = _structured(value, key, folder, problems)
    row = row_of(RawValue(_PLACE, "", folder, own), problems)
    problems.raise_if_any()
    return row


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not value.strip():
        # Without the text: it may be a token.
        raise UsageError("consoles add: --set: expected NAME=VALUE; docs/settings.md lists the settings of a console")
    return name.strip().replace("-", "_"), value


def _structured(text: str, key: str, folder: Path, problems: Problems) -> RawValue:
    """Return a value, a list or mapping as it would stand in the file."""
    plain = RawValue(_PLACE, key, folder, text)
    if not text.lstrip().startswith(("[", "{")):
        return plain
    return read_text(text, _PLACE, folder, problems, lines=False) or plain

"""Secrets of outputs, from the settings or from a file, masked from their reading on."""

from collections.abc import Callable
from pathlib import Path

from s1ecs.errors import OutputError
from s1ecs.masking import hide
from s1ecs.open_files import at_limit
from s1ecs.settings import OutputSettings, Secret
from s1ecs.settings.secrets import read_secret


def secret_reader(output: OutputSettings, name: str, key: str, clean: Callable[[str], str]) -> Callable[[], str] | None:
    """Return the reader of a setting's secret, or of the file that it names; None if neither is set.

    `name` is that of the output. The reader raises OutputError.
    """
    given: Secret | None = output.values[key]
    file: Path | None = output.values[f"{key}_file"]
    if given is None and file is None:
        return None

    def read() -> str:
        text = _from_file(file, clean, f"{name}: {key}_file {file}") if given is None and file else ""
        text = text if given is None else given.reveal()
        hide([text])
        return text

    return read


def _from_file(file: Path, clean: Callable[[str], str], where: str) -> str:
    try:
        return clean(read_secret(file))
    except FileNotFoundError:
        raise OutputError(f"{where}: no such file; it must contain the secret and nothing else") from None
    except UnicodeDecodeError:
        raise OutputError(f"{where}: is not a text file; it must contain the secret and nothing else") from None
    except OSError as problem:
        raise OutputError(f"{where}: can't be read: {at_limit(problem) or problem.strerror}") from None
    except ValueError as problem:
        raise OutputError(f"{where}: {problem}; it must contain the secret and nothing else") from None

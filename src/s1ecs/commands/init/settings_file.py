"""The files that `s1ecs init` writes: the settings, and a file for each secret. None is ever overwritten."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from s1ecs.commands.init.answers import InitAnswers, OutputAnswer
from s1ecs.errors import UsageError
from s1ecs.permissions import make_folder, private_file

# Written without quotation marks: what YAML, and a reader, can take for nothing but a text.
_PLAIN = re.compile(r"(?i:(?!(null|true|false|yes|no|on|off)$)[A-Z./][A-Z0-9_./-]*(:[A-Z0-9_./-]+)*)")


def settings_text(answers: InitAnswers, folder: Path) -> str:
    """Write the settings file; its paths are read from `folder`."""
    return "\n".join(_lines(answers, folder)) + "\n"


def write_files(answers: InitAnswers, file: Path) -> list[Path]:
    """Write the settings and the secrets that are in no file yet; return what was written. All of it, or nothing."""
    text = settings_text(answers, file.parent)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError("init: a path or value is not valid UTF-8; nothing was written") from None
    written: list[Path] = []
    try:
        make_folder(file.parent, 0o755)
        for secret in answers.secrets:
            if not secret.is_there:
                _write(secret.path, f"{secret.secret}\n", written, private=True)
        # The last one, because it is what other commands look for.
        _write(file, text, written)
    except BaseException as error:
        for path in written:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise UsageError(f"init: {error.filename or file}: {error.strerror}; nothing was written") from None
        raise
    return written


def _write(path: Path, text: str, written: list[Path], *, private: bool = False) -> None:
    if private:
        os.close(private_file(path, os.O_WRONLY | os.O_EXCL))
    else:
        path.touch(exist_ok=False)
    written.append(path)
    path.write_text(text, encoding="utf-8")


def _lines(answers: InitAnswers, folder: Path) -> Iterator[str]:
    yield "# Settings of s1ecs. `s1ecs settings` lists all of them, docs/settings.md explains them."
    yield f"url: {_quoted(answers.url)}"
    yield f"token_file: {_quoted(_path(answers.token.path, folder))}"
    yield ""
    yield "# Checkpoints, the local store and dead letters."
    yield f"state_dir: {_quoted(_path(answers.state_dir, folder))}"
    for name, value in answers.settings.items():
        yield f"{name}: {_quoted(value)}"
    yield ""
    yield "# Destinations of documents."
    yield "outputs:"
    for output in answers.outputs:
        yield from _output(output, folder)


def _output(output: OutputAnswer, folder: Path) -> Iterator[str]:
    yield f"  - type: {output.type}"
    for name, value in output.values.items():
        yield f"    {name}: {_quoted(_path(Path(value), folder) if name == 'path' and value != '-' else value)}"
    if output.secret is not None:
        yield f"    {output.secret.setting}: {_quoted(_path(output.secret.path, folder))}"


def _path(path: Path, folder: Path) -> str:
    """Return a path as the settings file names it: relative only where it lies beside that file or below."""
    absolute = path.absolute()
    return str(absolute.relative_to(folder.absolute()) if absolute.is_relative_to(folder.absolute()) else absolute)


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)

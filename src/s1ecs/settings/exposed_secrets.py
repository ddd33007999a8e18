"""Secrets among the arguments of a process, which everyone on a machine can read: found in every form, and refused."""

import re
from collections.abc import Iterator
from pathlib import Path

from s1ecs.settings.raw_values import Problems, RawValue
from s1ecs.settings.setting import Level
from s1ecs.settings.table import rows
from s1ecs.settings.yaml_file import read_text

# Names of secrets, whatever stands before them: `outputs.0.password`, `S1ECS_TOKEN`, `client-secret`.
_NAMES = r"(?:token|pass(?:word|wd|phrase)|api[_-]?key|bearer|secret|authorization)"
_NAMED = re.compile(rf"(?:^|[^a-z]){_NAMES}$", re.IGNORECASE)
_WRITTEN = re.compile(rf"(?:^|[^a-z]){_NAMES}[\"'\]]*\s*[:=]", re.IGNORECASE)
_LOGIN = re.compile(r"://[^\s\"'<>,]*@")
_PROXY = re.compile(r"(?:^|[^a-z])proxy$", re.IGNORECASE)
_PROXY_WRITTEN = re.compile(r"(?:^|[^a-z])proxy[\"'\]]*\s*[:=]\s*[^\s,}]*@", re.IGNORECASE)
_GIVEN_TO_PROGRAM = re.compile(rf"(?:^|\s)--?(?:[a-z-]*-)?{_NAMES}(?:=|\s+(?!-))\S", re.IGNORECASE)

_STRUCTURED = {"consoles", "streams", "outputs", "list"}

# A name that is longer, or of other letters, may be the secret itself.
_SHOWN = re.compile(r"(?!eyJ)[A-Za-z][A-Za-z0-9_.\[\]-]{0,39}")

REFUSED = "refused: everyone on this machine can read the arguments of a process; write it into the settings file"


def exposes_secret(name: str, text: str) -> bool:
    """Return True if `--set NAME=TEXT` shows a secret: as the value, or in a list, mapping, address or command."""
    if _NAMED.search(name) or _LOGIN.search(text) or (_PROXY.search(name) and "@" in text):
        return True
    row = rows(Level.TOP).get(name)
    if row is None:
        return bool(_WRITTEN.search(text) or _PROXY_WRITTEN.search(text))
    if row.kind.name == "command":
        return bool(_GIVEN_TO_PROGRAM.search(text))
    if row.kind.holds_secret(text):
        return True
    return row.kind.name in _STRUCTURED and bool(
        _WRITTEN.search(text) or _PROXY_WRITTEN.search(text) or any(_exposed(text))
    )


def refusal(name: str) -> str:
    """Explain why such a flag is refused, without its value or a name that may be one."""
    row = rows(Level.TOP).get(name)
    if row is not None:
        variable = f" or the variable {row.variable}" if row.name != "consoles" else ""
        return f"flag {row.flag}: {REFUSED}{variable}"
    return f"flag {shown_flag(name)}: {REFUSED}"


def shown_flag(name: str) -> str:
    """The flag of a name that is no setting, without it where it may be a secret."""
    return f"--set {name}" if _SHOWN.fullmatch(name) else "--set"


def _exposed(text: str) -> Iterator[bool]:
    """For each key of a YAML or JSON text whether its value is a secret; a key may be escaped or stand by itself."""
    given = read_text(text, "", Path(), Problems(), lines=False)
    if given is not None:
        yield from _in(given)


def _in(given: RawValue) -> Iterator[bool]:
    if isinstance(given.content, tuple):
        for each in given.content:
            yield from _in(each)
    elif given.content is not None and not isinstance(given.content, str):
        for key, each in given.content.items():
            text = each.content if isinstance(each.content, str) else ""
            yield _NAMED.search(key) is not None and each.content is not None
            yield _LOGIN.search(text) is not None or (_PROXY.search(key) is not None and "@" in text)
            yield from _in(each)

"""Layers of settings, in rising order: defaults of the table, file, environment, flags."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from s1ecs.settings.exposed_secrets import exposes_secret, refusal, shown_flag
from s1ecs.settings.raw_values import Problems, RawValue, nearest, unknown
from s1ecs.settings.setting import DEFAULT_FILE, ENVIRONMENT_PREFIX, OTHER_FILE, Level, Setting
from s1ecs.settings.table import rows
from s1ecs.settings.yaml_file import read_file, read_text

Layer = Mapping[str, RawValue]

# These take lists or mappings; a text that begins like one is read as YAML outside the file too.
_STRUCTURED = {"consoles", "streams", "outputs", "list"}

# These have their lines and comments in a file; in one variable nobody could say what is wrong where.
FILE_ONLY = {"consoles", "queries"}

# Kubernetes sets these for a service of our name, such as s1ecs-web; S1ECS_WEB_PORT is then the address of it.
_OF_A_SERVICE = re.compile(r"S1ECS_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT_[0-9]+_(TCP|UDP|SCTP)(_\w+)?)")
_ADDRESS_OF_A_SERVICE = re.compile(r"(tcp|udp|sctp)://")


@dataclass(frozen=True)
class Layers:
    """Values of each layer by setting."""

    file: Layer
    environment: Layer
    flags: Layer


def read_layers(
    *,
    file: Path | None,
    environment: Mapping[str, str],
    flags: Mapping[str, str],
    working_folder: Path,
    ignored: Sequence[str],
    problems: Problems,
) -> Layers:
    """Read all sources; whatever is unknown in them is among the problems."""
    known = rows(Level.TOP)
    return Layers(
        file=_file_layer(file, working_folder, known, problems),
        environment=_environment_layer(environment, working_folder, known, ignored, problems),
        flags=_flag_layer(flags, working_folder, known, problems),
    )


def _file_layer(file: Path | None, folder: Path, known: Mapping[str, Setting], problems: Problems) -> Layer:
    if file is None:
        there = [name for name in (DEFAULT_FILE, OTHER_FILE) if (folder / name).exists()]
        if len(there) > 1:
            problems.add_at(OTHER_FILE, "", f"exists beside {DEFAULT_FILE}; keep one of them, or name it with --config")
        if len(there) != 1:
            return {}
        [shown_as] = there
        path = folder / shown_as
    else:
        path, shown_as = folder / file, str(file)
    root = read_file(path, shown_as, problems)
    if root is None or root.content is None:
        return {}
    if not isinstance(root.content, Mapping):
        problems.add(root, f"the file must be a mapping of settings, not {root.shape()}, such as url: https://HOST")
        return {}
    return known_entries(root.content, known, "setting", problems)


def known_entries(entries: Layer, known: Mapping[str, Setting], what: str, problems: Problems) -> Layer:
    """Keep the entries that are known and have a value; the unknown ones are among the problems."""
    kept: dict[str, RawValue] = {}
    for name, given in entries.items():
        if name not in known:
            problems.add(given, unknown(what, name, known) + _elsewhere(name, known))
        elif given.content is not None:
            kept[name] = given
    return kept


def _elsewhere(name: str, known: Mapping[str, Setting]) -> str:
    """Say where a key belongs that is right but stands in the wrong place."""
    if nearest(name, known):
        return ""
    top = rows(Level.TOP)
    meant = nearest(name, top)
    if meant and meant not in known:
        return f"  ({meant!r} belongs at the top of the file)"
    return ""


def _environment_layer(
    environment: Mapping[str, str],
    folder: Path,
    known: Mapping[str, Setting],
    ignored: Sequence[str],
    problems: Problems,
) -> Layer:
    variables = {row.variable: row for name, row in known.items() if name not in FILE_ONLY}
    layer: dict[str, RawValue] = {}
    for variable, text in sorted(environment.items()):
        if not variable.upper().startswith(ENVIRONMENT_PREFIX) or variable.startswith(tuple(ignored)):
            continue
        if _is_of_a_service(variable, text):
            continue
        place = f"environment {variable}"
        row = variables.get(variable)
        if row is None:
            # Others may be there for reasons of their own: Kubernetes sets S1ECS_SERVICE_HOST beside a service s1ecs.
            meant = nearest(variable.upper().removeprefix(ENVIRONMENT_PREFIX), known)
            if meant in FILE_ONLY:
                problems.add_at(place, "", f"{meant} can only be set in the file {DEFAULT_FILE}")
            elif meant:
                problems.add_at(place, "", f"unknown variable; did you mean {known[meant].variable}?")
        elif text.strip():
            layer[row.name] = _from_text(text, place, row, folder, problems)
    return layer


def _is_of_a_service(variable: str, text: str) -> bool:
    address = variable.endswith("_PORT") and _ADDRESS_OF_A_SERVICE.match(text)
    return bool(address or _OF_A_SERVICE.fullmatch(variable))


def _flag_layer(flags: Mapping[str, str], folder: Path, known: Mapping[str, Setting], problems: Problems) -> Layer:
    layer: dict[str, RawValue] = {}
    for name, text in flags.items():
        row = known.get(name)
        if exposes_secret(name, text):
            problems.add_at(refusal(name), "", "")
        elif row is None or name in FILE_ONLY:
            problems.add_at(f"flag {shown_flag(name)}", "", unknown("setting", name, known))
        elif not text.strip():
            problems.add_at(f"flag {row.flag}", "", f"is empty; allowed: {row.kind.allowed}")
        else:
            layer[name] = _from_text(text, f"flag {row.flag}", row, folder, problems)
    return layer


def _from_text(text: str, place: str, row: Setting, folder: Path, problems: Problems) -> RawValue:
    if row.kind.name in _STRUCTURED and text.lstrip().startswith(("[", "{")):
        read = read_text(text, place, folder, problems, lines=False)
        if read is not None:
            return read
    return RawValue(place, "", folder, text)

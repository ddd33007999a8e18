"""Loading: all sources in, settings out, or one SettingsError that tells everything found wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from s1ecs.settings.consoles import build_consoles, build_entry
from s1ecs.settings.layers import Layers, known_entries, read_layers
from s1ecs.settings.model import OutputSettings, Settings
from s1ecs.settings.output_types import OUTPUT_TYPES, output_name
from s1ecs.settings.raw_values import Problems, RawValue, unknown
from s1ecs.settings.resolve import ResolvedValue, read, resolve
from s1ecs.settings.saved_queries import read_queries
from s1ecs.settings.setting import Level, Setting
from s1ecs.settings.stream_choices import fold, stream_base
from s1ecs.settings.table import OWN, rows
from s1ecs.settings.value_types import PATH

# Read apart, because they are more than one value.
_STRUCTURES = {"consoles", "streams", "outputs", "queries", *OWN}

# Those of tests, and those that Kubernetes sets for a service named s1ecs.
_FOREIGN = ("S1ECS_TEST", "S1ECS_SERVICE_", "S1ECS_PORT")


def load(
    *,
    file: Path | None,
    environment: Mapping[str, str],
    flags: Mapping[str, str],
    streams: Sequence[str],
    working_folder: Path,
    ignored: Sequence[str] = _FOREIGN,
) -> Settings:
    """Load the settings from the file, the environment and flags (setting name to text), in rising order.

    `streams` are the names of all streams there are; variables that begin with one of `ignored` are left alone.
    """
    problems = Problems()
    layers = read_layers(
        file=file,
        environment=environment,
        flags=flags,
        working_folder=working_folder,
        ignored=ignored,
        problems=problems,
    )
    every = (layers.file, layers.environment, layers.flags)
    top = {row.name: resolve(row, every, problems) for row in rows(Level.TOP).values() if row.name not in _STRUCTURES}
    if top["state_dir"].place == "default":
        top["state_dir"] = ResolvedValue(PATH.read(str(top["state_dir"].value), working_folder))
    outputs = _outputs(layers, problems, allow_http=bool(top["allow_http"].value))
    queries = _queries(layers, problems)
    # Here only to find what is wrong in it where there is no console yet; each console folds its own.
    fold(every, stream_base(top), streams, problems)
    built = build_consoles(layers, top, streams, problems)
    problems.raise_if_any()
    structures = {"outputs": outputs, "queries": queries}
    origins = {name: value.place for name, value in (top | structures).items()} | built.origins
    values: dict[str, Any] = {name: value.value for name, value in (top | structures).items()}
    build = partial(build_entry, layers, top, tuple(streams))
    return Settings(consoles=tuple(built.consoles), origins=origins, gap=built.gap, build=build, **values)


def _queries(layers: Layers, problems: Problems) -> ResolvedValue:
    given = layers.file.get("queries")
    return ResolvedValue(()) if given is None else ResolvedValue(read_queries(given, problems), given.place)


def _outputs(layers: Layers, problems: Problems, *, allow_http: bool) -> ResolvedValue:
    result = ResolvedValue((OutputSettings(type="store"),))
    for layer in (layers.file, layers.environment, layers.flags):
        if "outputs" in layer:
            given = layer["outputs"]
            result = ResolvedValue(_output_list(given, problems, allow_http=allow_http), given.place)
    return result


def _output_list(given: RawValue, problems: Problems, *, allow_http: bool) -> tuple[OutputSettings, ...]:
    types = {each.name: each for each in OUTPUT_TYPES}
    allowed = ", ".join(types)
    if isinstance(given.content, str):
        # In one variable `store` is enough for an output that needs nothing else.
        names = [RawValue(given.place, given.key, given.folder, text.strip()) for text in given.content.split(",")]
        items = tuple(RawValue(each.place, each.key, each.folder, {"type": each}) for each in names)
    elif isinstance(given.content, tuple):
        items = given.content
    else:
        items = ()
    if not items:
        what = "an empty list" if given.content == () else given.shape()
        problems.add(given, f"must be a list of outputs, not {what}; allowed: - type: {allowed}")
    outputs: list[OutputSettings] = []
    for item in items:
        output = _output(item, outputs, problems)
        if output is not None:
            for text in types[output.type].amiss(output.values, allow_http=allow_http):
                problems.add(item, f"the output {output.type} {text}")
            outputs.append(output)
    return tuple(outputs)


def _output(item: RawValue, earlier: Sequence[OutputSettings], problems: Problems) -> OutputSettings | None:
    types = {each.name: each for each in OUTPUT_TYPES}
    allowed = ", ".join(types)
    if not isinstance(item.content, Mapping):
        problems.add(item, f"must be a mapping, not {item.shape()}; allowed: type: {allowed}")
        return None
    type_given = item.content.get("type")
    if type_given is not None and type_given.content is None and type_given.word in types:
        # YAML reads the name of the type `null` as no value.
        type_given = replace(type_given, content=type_given.word)
    if type_given is None or not isinstance(type_given.content, str):
        problems.add(type_given or item, f"the output has no type; allowed: {allowed}")
        return None
    name = type_given.content
    if name not in types:
        problems.add(type_given, f"{name!r}: {unknown('output', name, types)}")
        return None
    if not types[name].several and any(each.type == name for each in earlier):
        problems.add(type_given, f"the output {name} is configured twice; keep one of them")
        return None
    known: dict[str, Setting] = {row.name: row for row in types[name].settings}
    rest = {key: value for key, value in item.content.items() if key != "type"}
    own = known_entries(rest, known, f"setting of the output {name}", problems)
    for key, row in known.items():
        if row.needed and key not in own:
            problems.add(item, f"the output {name} has no {key}; allowed: {row.kind.allowed}")
    values = {key: row.default for key, row in known.items()}
    values.update({key: read(known[key].kind, value, problems) for key, value in own.items()})
    output = OutputSettings(type=name, values=values)
    same = next((each for each in earlier if _name(each) == _name(output)), None)
    if same is not None:
        problems.add(item, _clash(same, output))
    return output


def _clash(earlier: OutputSettings, output: OutputSettings) -> str:
    """Report two outputs of one name: documents waiting for one would go to the other."""
    name = _name(output)
    if earlier.type != output.type:
        return f"the outputs {earlier.type} and {output.type} are both named {name!r}; give each its own name"
    cure = "name; give each its own" if "name" in output.values else "path; keep one of them"
    return f"the output {output.type} is configured twice with the same {cure}"


def _name(output: OutputSettings) -> str:
    """Return the unique name of the output: for files by their folder, however its path is spelled."""
    return output_name(output.type, output.values)

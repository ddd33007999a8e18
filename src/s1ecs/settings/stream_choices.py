"""Selection and intervals of streams: `streams` of every level merged, the nearest wins."""

from collections.abc import Iterable, Mapping, Sequence

from s1ecs.settings.layers import Layer, known_entries
from s1ecs.settings.raw_values import Problems, RawValue, unknown
from s1ecs.settings.resolve import ResolvedValue, read
from s1ecs.settings.setting import Level
from s1ecs.settings.table import rows

# Of each stream, each of its settings.
Choices = Mapping[str, Mapping[str, ResolvedValue]]


def stream_base(top: Mapping[str, ResolvedValue]) -> Mapping[str, ResolvedValue]:
    """Settings of every stream before `streams` is applied: the value of the top level, else the default."""
    return {name: top.get(name, ResolvedValue(row.default)) for name, row in rows(Level.STREAM).items()}


def fold(
    layers: Iterable[Layer], base: Mapping[str, ResolvedValue], streams: Sequence[str], problems: Problems
) -> Choices:
    """Fold what layers in rising order say of `streams` onto what holds for all of them."""
    choices = {name: dict(base) for name in streams}
    for layer in layers:
        given = layer.get("streams")
        if given is None:
            continue
        if isinstance(given.content, Mapping):
            _fold_mapping(given.content, choices, problems)
        else:
            _fold_list(given, choices, problems)
    return choices


def _fold_list(given: RawValue, choices: dict[str, dict[str, ResolvedValue]], problems: Problems) -> None:
    if isinstance(given.content, str):
        texts = [text for text in given.content.split(",") if text.strip()]
        items = [RawValue(given.place, given.key, given.folder, text) for text in texts]
    elif isinstance(given.content, tuple):
        items = list(given.content)
    else:
        items = []
    if not items:
        problems.add(given, f"names no stream; allowed: {', '.join(choices)}")
    chosen: set[str] = set()
    for item in items:
        if not isinstance(item.content, str):
            problems.add(item, f"must be the name of a stream, not {item.shape()}; allowed: {', '.join(choices)}")
            continue
        name = item.content.strip()
        if name not in choices:
            problems.add(item, f"{name!r}: {unknown('stream', name, choices)}")
        chosen.add(name)
    for name, choice in choices.items():
        choice["enabled"] = ResolvedValue(name in chosen, given.place)


def _fold_mapping(entries: Layer, choices: dict[str, dict[str, ResolvedValue]], problems: Problems) -> None:
    known = rows(Level.STREAM)
    for name, given in entries.items():
        if name not in choices:
            problems.add(given, unknown("stream", name, choices))
            continue
        if given.content is None:
            continue
        if not isinstance(given.content, Mapping):
            problems.add(given, f"must be a mapping, not {given.shape()}; allowed: {', '.join(known)}")
            continue
        for key, value in known_entries(given.content, known, "setting", problems).items():
            choices[name][key] = ResolvedValue(read(known[key].kind, value, problems), value.place)

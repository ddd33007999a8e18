"""The consoles: from `url` and `token` at the top, or from the list `consoles`, with what they inherit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from s1ecs.settings.addresses import clean_address
from s1ecs.settings.console_settings import ConsoleSettings
from s1ecs.settings.inherited_settings import StreamSettings
from s1ecs.settings.layers import Layer, Layers, known_entries
from s1ecs.settings.model import ConsoleEntry
from s1ecs.settings.portable import refuse_unportable
from s1ecs.settings.raw_values import Problems, RawValue, raw_value
from s1ecs.settings.resolve import ResolvedValue, read, resolve
from s1ecs.settings.setting import DEFAULT_CONSOLE, Level
from s1ecs.settings.stream_choices import fold, stream_base
from s1ecs.settings.table import ACTION_TOKENS, CONNECTION, OWN, TOKENS, rows


@dataclass
class Built:
    """The consoles, where their values were written, and what is missing to a console that is not in a file."""

    consoles: list[ConsoleSettings] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)
    gap: str = ""


@dataclass
class _Draft:
    """A console before its values are read: its name, where it stands, and its layers in rising order."""

    name: str
    place: str
    key: str
    layers: tuple[Layer, ...]
    in_file: bool


def build_consoles(
    layers: Layers, top: Mapping[str, ResolvedValue], streams: Sequence[str], problems: Problems
) -> Built:
    """Build all consoles; what is wrong is among the problems."""
    built = Built()
    for draft in _drafts(layers, problems):
        _build(draft, top, streams, problems, built)
    return built


def build_entry(
    layers: Layers, top: Mapping[str, ResolvedValue], streams: Sequence[str], entry: ConsoleEntry
) -> ConsoleSettings:
    """Build a console that is kept outside of the file; raise SettingsError, which tells all that is wrong in it."""
    problems, built = Problems(), Built()
    given = {key: raw_value(value, entry.place, key, Path()) for key, value in entry.values.items()}
    own = known_entries(given, rows(Level.CONSOLE), "setting", problems)
    for key, value in own.items():
        refuse_unportable(key, value, problems)
    # Addresses and tokens of the top are of one console: another one must never get them.
    every = [
        {key: value for key, value in layer.items() if key not in OWN}
        for layer in (layers.file, layers.environment, layers.flags)
    ]
    _build(_Draft(entry.name, entry.place, "", (*every, own), in_file=True), top, streams, problems, built)
    problems.raise_if_any()
    return built.consoles[0]


def _drafts(layers: Layers, problems: Problems) -> list[_Draft]:
    if "consoles" in layers.file:
        return _listed(layers, problems)
    given = [
        layer[key] for layer in (layers.file, layers.environment, layers.flags) for key in CONNECTION if key in layer
    ]
    if not given:
        return []
    in_file = any(key in layers.file for key in CONNECTION)
    every = (layers.file, layers.environment, layers.flags)
    return [_Draft(DEFAULT_CONSOLE, given[0].place, "", every, in_file)]


def _listed(layers: Layers, problems: Problems) -> list[_Draft]:
    listing = layers.file["consoles"]
    for key in OWN:
        if key in layers.file:
            problems.add(
                layers.file[key], "cannot be combined with consoles; move it into one of them, or remove consoles"
            )
    if not isinstance(listing.content, tuple) or not listing.content:
        what = "an empty list" if listing.content == () else listing.shape()
        problems.add(listing, f"must be a list of consoles, not {what}; allowed: - name: NAME, url: ..., token: ...")
        return []
    only_one = len(listing.content) == 1
    drafts: list[_Draft] = []
    for item in listing.content:
        if not isinstance(item.content, Mapping):
            problems.add(item, f"must be a mapping, not {item.shape()}; allowed: {', '.join(rows(Level.CONSOLE))}")
            continue
        own = known_entries(item.content, rows(Level.CONSOLE), "setting", problems)
        # One console: environment and flags can only mean that one. Several: each one's own is nearer to it.
        order = (
            (layers.file, own, layers.environment, layers.flags)
            if only_one
            else (layers.file, layers.environment, layers.flags, own)
        )
        name = _name(item, own, drafts, problems)
        drafts.append(_Draft(name, item.place, item.key, order, in_file=True))
    if not only_one:
        _refuse_ambiguous(layers, [draft.name for draft in drafts], problems)
    return drafts


def _name(item: RawValue, own: Layer, earlier: Sequence[_Draft], problems: Problems) -> str:
    given = own.get("name")
    if given is None:
        problems.add(item, "has no name; add name: with letters, digits, hyphens, underscores and dots")
        return ""
    name: str = read(rows(Level.CONSOLE)["name"].kind, given, problems) or ""
    for other in earlier:
        if name and other.name == name:
            problems.add(given, f"the name {name!r} is already taken ({other.place}); give each console its own")
    return name


def _refuse_ambiguous(layers: Layers, names: Sequence[str], problems: Problems) -> None:
    for layer in (layers.environment, layers.flags):
        for key in OWN:
            if key in layer:
                problems.add_at(
                    layer[key].place,
                    "",
                    f"the file has {len(names)} consoles ({', '.join(names)}), so it is not clear which one is meant; "
                    "set it in the file, or leave one console there",
                )


def _build(
    draft: _Draft, top: Mapping[str, ResolvedValue], streams: Sequence[str], problems: Problems, built: Built
) -> None:
    known = rows(Level.CONSOLE)
    plain = [name for name in known if name not in {"name", "url", "streams"}]
    values = {name: resolve(known[name], draft.layers, problems) for name in plain}
    nearest_tokens = _nearest_tokens(draft, TOKENS, problems)
    nearest_action_tokens = _nearest_tokens(draft, ACTION_TOKENS, problems)
    for name in TOKENS + ACTION_TOKENS:
        if name not in (*nearest_tokens, *nearest_action_tokens):
            values[name] = ResolvedValue(None)
    values["url"] = _address(draft, allow_http=bool(top["allow_http"].value), problems=problems)
    missing = _missing(draft, nearest_tokens)
    if missing and draft.in_file:
        problems.add_at(draft.place, draft.key, missing)
    elif missing:
        built.gap = f"{draft.place}: {missing}"
    choices = fold(draft.layers, stream_base(top), streams, problems)
    if missing or problems.texts:  # problems are raised once all are found; what they left out has no value
        return
    fields: dict[str, Any] = {name: value.value for name, value in values.items()}
    chosen = {
        stream: StreamSettings(**{key: value.value for key, value in choice.items()})
        for stream, choice in choices.items()
    }
    built.consoles.append(ConsoleSettings(name=draft.name, streams=chosen, **fields))
    prefix = f"consoles.{draft.name}"
    for name, value in values.items():
        built.origins[f"{prefix}.{name}"] = value.place
    for stream, choice in choices.items():
        for key, value in choice.items():
            built.origins[f"{prefix}.streams.{stream}.{key}"] = value.place


def _nearest_tokens(draft: _Draft, ways: Sequence[str], problems: Problems) -> list[str]:
    """Find the token settings in the nearest layer that has any; more than one is a problem."""
    found: list[str] = []
    for layer in draft.layers:
        here = [name for name in ways if name in layer]
        if len(here) > 1:
            problems.add(
                layer[here[1]], f"cannot be combined with {here[0]}; exactly one of {', '.join(ways)} is allowed"
            )
        found = here or found
    return found


def _address(draft: _Draft, *, allow_http: bool, problems: Problems) -> ResolvedValue:
    found = ResolvedValue(None)
    for layer in draft.layers:
        given = layer.get("url")
        if given is None:
            continue
        if not isinstance(given.content, str):
            problems.add(given, f"must be one value, not {given.shape()}; allowed: https://HOST or https://HOST:PORT")
            continue
        try:
            found = ResolvedValue(clean_address(given.content, allow_http=allow_http), given.place)
        except ValueError as problem:
            problems.add(given, str(problem))
    return found


def _missing(draft: _Draft, tokens: Sequence[str]) -> str:
    url_given = any("url" in layer for layer in draft.layers)
    if not url_given and not tokens:
        return f"the console has neither url nor token; add url: and one of {', '.join(TOKENS)}"
    if not url_given:
        return "the console has no url; add url: https://HOST, or set S1ECS_URL"
    if not tokens:
        return f"the console has no token; add one of {', '.join(TOKENS)}, or set S1ECS_TOKEN"
    return ""

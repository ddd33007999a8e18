"""`s1ecs setup`: what search servers need before documents come, shown, agreed to, installed."""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import MappingProxyType

import orjson

from s1ecs.collect.search_outputs import search_settings
from s1ecs.ecs.exported import exported_fields
from s1ecs.errors import OutputError, SettingsError
from s1ecs.outputs.search.connect import connect
from s1ecs.outputs.search.server import Kind, Server
from s1ecs.settings import Output, Settings
from s1ecs.setup import least_privilege
from s1ecs.setup.install import Prepared, apply, prepare
from s1ecs.setup.plan import Change
from s1ecs.setup.retention import Retention, Way
from s1ecs.setup.wanted import Dataset
from s1ecs.streams import STREAMS, response_action

_KINDS: tuple[Kind, ...] = ("elasticsearch", "opensearch")

# Values that only the index holds.
_HELD: Mapping[str, Mapping[str, str]] = MappingProxyType({"application_risk": {"observer.vendor": "SentinelOne"}})

_NO_OUTPUT = """setup: no output of type elasticsearch or opensearch is set; write these lines into s1ecs.yaml:
outputs:
  - type: elasticsearch
    hosts: https://elasticsearch.example:9200
    api_key_file: /etc/s1ecs/api-key"""


@dataclass(frozen=True)
class Wish:
    """What the command line asks for. `agree` is asked before anything is changed."""

    agree: Callable[[str], bool]
    dry_run: bool = False
    take_over: bool = False
    roll_over: bool = False


@dataclass(frozen=True)
class Target:
    """A search server to set up, and how long it is to keep documents."""

    server: Server
    kept: Retention


def setup(settings: Settings, wish: Wish) -> int:
    """Set up every search output of the settings; 1 if one of them could not be or was not agreed to, else 0."""
    outputs = search_outputs(settings)
    if not outputs:
        raise SettingsError(_NO_OUTPUT)
    return asyncio.run(_setup(outputs, wish))


def print_least_privilege(settings: Settings) -> None:
    """Print as JSON what an administrator sends so that collecting, and setup, may do what they need."""
    outputs = search_outputs(settings)
    asked = {output.type: retention_of(output) for output in outputs}
    # Without an output yet, for both kinds.
    kinds = [kind for kind in _KINDS if kind in asked or not asked]
    default = Retention("data_stream")
    found = [request for kind in kinds for request in least_privilege.requests(kind, asked.get(kind, default).way)]
    sys.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")


def datasets() -> tuple[Dataset, ...]:
    """All that setup installs templates for. What is no stream of a console is added here, by its fields."""
    collected = (
        Dataset(name, exported_fields(stream.table), _HELD.get(name, {}), latest=bool(stream.latest_view))
        for name, stream in STREAMS.items()
    )
    own = response_action.STREAM
    return (*collected, Dataset(own.name, exported_fields(own.table)))


def search_outputs(settings: Settings) -> list[Output]:
    """The outputs that are search servers."""
    return [output for output in settings.outputs if output.type in _KINDS]


def retention_of(output: Output) -> Retention:
    """How long an output's settings want documents kept, and by which means of its server."""
    way: Way = "ism" if output.type == "opensearch" else output.values.get("lifecycle", "data_stream")
    return Retention(way, output.values.get("keep_days"))


async def _setup(outputs: Sequence[Output], wish: Wish) -> int:
    async with AsyncExitStack() as stack:
        targets = []
        for output in outputs:
            server = connect(search_settings(output))
            stack.push_async_callback(server.close)
            targets.append(Target(server, retention_of(output)))
        return await set_up(targets, datasets(), wish)


async def set_up(targets: Sequence[Target], wanted: Sequence[Dataset], wish: Wish) -> int:
    """Set up each server, one after the other; one that fails is one line and does not keep the others from it."""
    statuses = []
    requests: list[dict[str, object]] = []
    planned = False
    for target in targets:
        name = target.server.name
        try:
            prepared = await prepare(target.server, wanted, target.kept, take_over=wish.take_over)
            changes = _chosen(prepared, wish)
            _show(name, prepared, wish)
            unserved = int(bool(prepared.plan.unserved))
            if wish.dry_run:
                planned = True
                requests += [{"output": name, **each.request.as_json()} for each in changes if each.request is not None]
                statuses.append(unserved)
            else:
                statuses.append(max(unserved, await _install(target.server, changes, wish, told=bool(unserved))))
            for line in _unserved(prepared):
                sys.stderr.write(f"s1ecs: {name}: {line}\n")
        except OutputError as error:
            text = str(error)
            sys.stderr.write(f"s1ecs: {text if text.startswith(name) else f'{name}: {text}'}\n")
            statuses.append(1)
    if planned:
        sys.stdout.write(orjson.dumps(requests, option=orjson.OPT_INDENT_2).decode() + "\n")
    return max(statuses, default=0)


def _chosen(prepared: Prepared, wish: Wish) -> list[Change]:
    return [*prepared.plan.changes, *(prepared.plan.roll_overs if wish.roll_over else ())]


def _unserved(prepared: Prepared) -> list[str]:
    """For each reason one line: which streams can't be collected because of it, and what to do."""
    streams: dict[str, list[str]] = {}
    for stream, why in prepared.plan.unserved.items():
        streams.setdefault(why, []).append(stream)
    return [f"collecting has no template of ours for {', '.join(found)}: {why}" for why, found in streams.items()]


async def _install(server: Server, changes: Sequence[Change], wish: Wish, *, told: bool) -> int:
    """Ask and make the changes; `told`: more is to be said than that there are none."""
    due = [change for change in changes if change.request is not None]
    if not due:
        sys.stdout.write("" if told else f"{server.name}: nothing to change\n")
        return 0
    if not wish.agree(f"{server.name}: make these {len(due)} changes?"):
        sys.stdout.write(f"{server.name}: nothing was changed\n")
        return 1
    made: list[Change] = []
    try:
        await apply(server, due, made.append)
    finally:
        sys.stdout.write(f"{server.name}: {len(made)} of {len(due)} changes made\n")
    return 0


def _show(name: str, prepared: Prepared, wish: Wish) -> None:
    """What would become of everything; with --dry-run beside the JSON, which has standard output for itself."""
    to = sys.stderr if wish.dry_run else sys.stdout
    for warning in prepared.warnings:
        sys.stderr.write(f"{name}: warning: {warning}\n")
    changes = _chosen(prepared, wish)
    for change in changes:
        if change.action != "unchanged":
            why = f" ({change.why})" if change.why else ""
            to.write(f"{name}: {change.action:<10} {change.what} {change.name}{why}\n")
    unchanged = sum(change.action == "unchanged" for change in changes)
    if unchanged:
        to.write(f"{name}: unchanged: {unchanged}\n")
    if prepared.plan.roll_overs and not wish.roll_over:
        streams = ", ".join(change.name for change in prepared.plan.roll_overs)
        to.write(f"{name}: the next backing index has the new mapping; --roll-over begins it now for {streams}\n")
    to.flush()

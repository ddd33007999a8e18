"""`s1ecs setup`: what search servers and Kafka need before documents come, shown, agreed to, installed."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import orjson

from s1ecs.bootstrap.search_outputs import search_settings
from s1ecs.commands.setup_topics import kafka_outputs, set_up_topics
from s1ecs.commands.terminal.spinner import waiting
from s1ecs.commands.terminal.writer import ERR, OUT
from s1ecs.ecs.field_catalog import ExportedField, exported_fields
from s1ecs.ecs.layouts import tells_layout
from s1ecs.ecs.table import Layout
from s1ecs.errors import OutputError, SettingsError
from s1ecs.outputs.search.client.connect import connect
from s1ecs.outputs.search.client.server import SearchServer, ServerKind
from s1ecs.search_setup import least_privilege
from s1ecs.search_setup.apply import Prepared, apply, prepare
from s1ecs.search_setup.desired_state import Dataset
from s1ecs.search_setup.lifecycle import Lifecycle, LifecycleKind
from s1ecs.search_setup.setup_change import SetupChange
from s1ecs.settings import OutputSettings, Settings
from s1ecs.streams import STREAMS, Stream, response_action

_KINDS: tuple[ServerKind, ...] = ("elasticsearch", "opensearch")

_FIRST_LAYOUT: tuple[Layout, ...] = (1,)

_NO_OUTPUT = """setup: no output of type elasticsearch, opensearch or kafka is configured; add to s1ecs.yaml, such as:
outputs:
  - type: elasticsearch
    hosts: https://elasticsearch.example:9200
    api_key_file: /etc/s1ecs/api-key"""

# The exit status, and what a dry run would send; None if there was none.
SetUp = tuple[int, list[dict[str, object]] | None]


@dataclass(frozen=True)
class SetupOptions:
    """Options of the command line. `agree` is called before anything is changed."""

    agree: Callable[[str], bool]
    dry_run: bool = False
    take_over: bool = False
    roll_over: bool = False
    layouts: tuple[Layout, ...] = _FIRST_LAYOUT


@dataclass(frozen=True)
class SetupServer:
    """A search server to set up, and how long it is to keep documents."""

    server: SearchServer
    kept: Lifecycle


def setup(settings: Settings, wish: SetupOptions) -> int:
    """Set up every output that needs it; 1 if one of them could not be or was not agreed to, else 0."""
    outputs = search_outputs(settings)
    if not outputs and not kafka_outputs(settings):
        raise SettingsError(_NO_OUTPUT)
    wish = replace(wish, layouts=layouts_of(settings))
    searched = asyncio.run(_setup(outputs, wish, settings.max_answer)) if outputs else (0, None)
    status, topics = set_up_topics(settings, wish.agree, dry_run=wish.dry_run)
    _print_planned([searched[1], topics if wish.dry_run and kafka_outputs(settings) else None])
    return max(searched[0], status)


def print_least_privilege(settings: Settings) -> None:
    """Print as JSON what an administrator sends so that collecting, and setup, may do what they need."""
    outputs = search_outputs(settings)
    asked = {output.type: retention_of(output) for output in outputs}
    # Without an output yet, for both kinds.
    kinds = [kind for kind in _KINDS if kind in asked or not asked]
    default = Lifecycle("data_stream")
    found = [request for kind in kinds for request in least_privilege.requests(kind, asked.get(kind, default).way)]
    OUT.json(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")


def datasets(layouts: Collection[Layout] = _FIRST_LAYOUT) -> tuple[Dataset, ...]:
    """All that setup installs templates for, with the fields of these layouts of documents.

    What is no stream of a console is added here, by its fields.
    """
    collected = (
        Dataset(
            name,
            _fields(stream, layouts),
            stream.constants,
            latest=stream.has_latest,
            latest_shown=stream.latest_shown,
            finding_alias=stream.finding_alias,
            finding_fields=stream.finding_fields,
            tells_layout=tells_layout(stream.declared),
        )
        for name, stream in STREAMS.items()
    )
    own = response_action.STREAM
    return (*collected, Dataset(own.name, exported_fields(own.table)))


def layouts_of(settings: Settings) -> tuple[Layout, ...]:
    """The layouts that the consoles of the settings have; without one, that of the top of the settings."""
    return tuple(sorted({each.layout for each in (*settings.consoles, *(() if settings.consoles else (settings,)))}))


def _fields(stream: Stream, layouts: Collection[Layout]) -> tuple[ExportedField, ...]:
    return tuple({each.name: each for n in layouts for each in exported_fields(stream.complete(n).table)}.values())


def search_outputs(settings: Settings) -> list[OutputSettings]:
    """The outputs that are search servers."""
    return [output for output in settings.outputs if output.type in _KINDS]


def retention_of(output: OutputSettings) -> Lifecycle:
    """Lifecycle of an output's documents: days to keep, and the feature of its server that removes them."""
    way: LifecycleKind = "ism" if output.type == "opensearch" else output.values.get("lifecycle", "data_stream")
    return Lifecycle(way, output.values.get("keep_days"))


async def _setup(outputs: Sequence[OutputSettings], wish: SetupOptions, max_answer: int) -> SetUp:
    async with AsyncExitStack() as stack:
        targets = []
        for output in outputs:
            server = connect(search_settings(output, max_answer))
            stack.push_async_callback(server.close)
            targets.append(SetupServer(server, retention_of(output)))
        return await _set_up(targets, datasets(wish.layouts), wish)


async def set_up(targets: Sequence[SetupServer], wanted: Sequence[Dataset], wish: SetupOptions) -> int:
    """Set up each server, one after the other; one that fails is one line and does not keep the others from it."""
    status, planned = await _set_up(targets, wanted, wish)
    _print_planned([planned])
    return status


def _print_planned(planned: Sequence[Sequence[dict[str, object]] | None]) -> None:
    """Print as one array what a dry run planned; nothing where none of it got that far."""
    if found := [each for each in planned if each is not None]:
        requests = [request for each in found for request in each]
        OUT.json(orjson.dumps(requests, option=orjson.OPT_INDENT_2).decode() + "\n")


async def _set_up(targets: Sequence[SetupServer], wanted: Sequence[Dataset], wish: SetupOptions) -> SetUp:
    statuses = []
    requests: list[dict[str, object]] = []
    planned = False
    for target in targets:
        name = target.server.name
        try:
            with waiting(f"{name}: reading templates and retention"):
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
                ERR.line(f"s1ecs: {name}: {line}")
        except OutputError as error:
            text = str(error)
            ERR.line(f"s1ecs: {text if text.startswith(name) else f'{name}: {text}'}")
            statuses.append(1)
    return max(statuses, default=0), requests if planned else None


def _chosen(prepared: Prepared, wish: SetupOptions) -> list[SetupChange]:
    return [*prepared.plan.changes, *(prepared.plan.roll_overs if wish.roll_over else ())]


def _unserved(prepared: Prepared) -> list[str]:
    """For each reason one line: which streams can't be collected because of it, and what to do."""
    streams: dict[str, list[str]] = {}
    for stream, why in prepared.plan.unserved.items():
        streams.setdefault(why, []).append(stream)
    return [f"cannot collect {', '.join(found)}: {why}" for why, found in streams.items()]


async def _install(server: SearchServer, changes: Sequence[SetupChange], wish: SetupOptions, *, told: bool) -> int:
    """Ask and make the changes; `told`: more is to be said than that there are none."""
    due = [change for change in changes if change.request is not None]
    if not due:
        OUT.write("" if told else f"{server.name}: nothing to change\n")
        return 0
    if not wish.agree(f"Apply {len(due)} {'change' if len(due) == 1 else 'changes'} to {server.name}?"):
        OUT.write(f"{server.name}: nothing was changed\n")
        return 1
    made: list[SetupChange] = []
    try:
        with waiting(f"{server.name}: applying {len(due)} changes"):
            await apply(server, due, made.append)
    finally:
        OUT.write(f"{server.name}: {len(made)} of {len(due)} changes applied\n")
    return 0


def _show(name: str, prepared: Prepared, wish: SetupOptions) -> None:
    """Print the planned changes; with --json on standard error, because JSON has standard output for itself."""
    to = ERR if wish.dry_run else OUT
    for warning in prepared.warnings:
        ERR.line(f"{name}: warning: {warning}")
    if prepared.layout is not None:
        to.line(f"{name}: {prepared.layout.advice(wish.layouts)}")
    changes = _chosen(prepared, wish)
    for change in changes:
        if change.action != "unchanged":
            why = f" ({change.why})" if change.why else ""
            to.line(f"{name}: {change.action:<10} {change.what} {change.name}{why}")
    unchanged = sum(change.action == "unchanged" for change in changes)
    if unchanged:
        to.write(f"{name}: unchanged: {unchanged}\n")
    if prepared.plan.roll_overs and not wish.roll_over:
        streams = ", ".join(change.name for change in prepared.plan.roll_overs)
        to.write(
            f"{name}: the next backing index will have the new mapping; --roll-over creates it now for {streams}\n"
        )
    to.flush()

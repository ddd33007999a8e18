"""From settings to feeds: what holds for a stream of a console, put together once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from s1ecs.api.client import Client
from s1ecs.collect.checkpoint import Checkpoints
from s1ecs.collect.feed import Feed, Pace
from s1ecs.collect.redact import Redaction
from s1ecs.ecs.envelope import Collector
from s1ecs.ecs.exported import exported_fields
from s1ecs.ecs.geoip import Locate
from s1ecs.ecs.mapper import Mapper
from s1ecs.ecs.sources import sources_of
from s1ecs.errors import SettingsError
from s1ecs.outputs.dead_letters import DeadLetters
from s1ecs.outputs.output import JoinsCommit, Output
from s1ecs.settings import Console, Settings
from s1ecs.streams import STREAMS, Stream
from s1ecs.streams.asking import Asking, ByTime
from s1ecs.streams.threat import TIMELINE


@dataclass(frozen=True)
class FeedMaker:
    """What all feeds of a process share. Consoles with the same settings share mappers and redactions, too."""

    settings: Settings
    outputs: Sequence[Output | JoinsCommit]
    dead_letters: DeadLetters
    checkpoints: Checkpoints
    collector: Collector
    mapper: Callable[[str, bool], Mapper]
    redaction: Callable[[str, tuple[str, ...]], Redaction]

    def feed(self, console: Console, client: Client, name: str) -> Feed:
        """The feed of the stream `name` of a console."""
        stream = STREAMS[name]
        envelope = stream.envelope(
            namespace=console.namespace,
            tags=console.tags,
            preserve_original=console.preserve_original_event,
            preserve_duplicates=console.preserve_duplicate_custom_fields,
            collector=self.collector,
        )
        return Feed(
            console=console.name,
            namespace=console.namespace,
            stream=stream,
            ask=ask_of(stream, console),
            client=client,
            pace=_pace(self.settings, console, stream),
            scope=scope_of(console),
            mapper=self.mapper(name, envelope.keeps_duplicates),
            redaction=self.redaction(name, console.redact),
            envelope=envelope,
            outputs=self.outputs,
            dead_letters=self.dead_letters,
            checkpoints=self.checkpoints,
        )


def feed_maker(
    settings: Settings,
    locate: Locate | None,
    *,
    outputs: Sequence[Output | JoinsCommit],
    checkpoints: Checkpoints,
    collector: Collector,
) -> FeedMaker:
    """What makes the feeds of these settings; `locate` knows where addresses lie. Raise SettingsError."""
    for console in settings.consoles:
        check_redaction(console.redact)
    return FeedMaker(
        settings,
        outputs,
        DeadLetters(settings.state_dir),
        checkpoints,
        collector,
        mapper=cache(partial(_mapper, locate)),
        redaction=cache(_redaction),
    )


def check_redaction(fields: Sequence[str]) -> None:
    """Raise SettingsError for a field that no stream has: a slip of the pen would let out what was to stay."""
    for field in fields:
        if not any(_has(stream, field) for stream in STREAMS.values()):
            raise SettingsError(f"redact: no stream has the field {field}; `s1ecs fields STREAM` lists what there is")


def _has(stream: Stream, field: str) -> bool:
    beside = (exported.name for exported in exported_fields(stream.table))
    return bool(sources_of(stream.table, field)) or any(f"{name}.".startswith(f"{field}.") for name in beside)


def _redaction(name: str, fields: tuple[str, ...]) -> Redaction:
    return Redaction(STREAMS[name].table, fields)


def _mapper(locate: Locate | None, name: str, keep_duplicates: bool) -> Mapper:  # noqa: FBT001 - a key of the cache
    return STREAMS[name].mapper(locate, keep_duplicates=keep_duplicates)


def scope_of(console: Console) -> dict[str, str]:
    """The query parameters that narrow a console's lists to the sites of the settings."""
    return {"siteIds": ",".join(console.site_ids)} if console.site_ids else {}


def ask_of(stream: Stream, console: Console) -> Asking:
    """How the stream is asked for under the console's settings."""
    if stream.name == "threat" and console.threat_timeline and isinstance(stream.ask, ByTime):
        return replace(stream.ask, per_item=TIMELINE)
    return stream.ask


def _pace(settings: Settings, console: Console, stream: Stream) -> Pace:
    chosen, ask = settings.stream(console, stream.name), stream.ask
    reread = ask.reread if isinstance(ask, ByTime) else None
    return Pace(
        interval=chosen.interval or ask.interval,
        first_poll=chosen.initial_interval or ask.first_poll,
        overlap=settings.overlap,
        reread=settings.alert_reread if reread and not reread.interval else None,
        reread_interval=(reread and reread.interval) or settings.alert_reread_interval,
        page_size=settings.page_size,
    )

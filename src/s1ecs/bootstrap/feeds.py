"""From settings to feeds: all that holds for a stream of a console, put together once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial

from s1ecs.bootstrap.collection_mode import ask_of
from s1ecs.collect.consoles.gate import OPEN, Gate
from s1ecs.collect.feed import Feed
from s1ecs.collect.pace import Pace
from s1ecs.ecs.envelope import Collector
from s1ecs.ecs.geoip import Locate
from s1ecs.ecs.layouts import LAYOUTS
from s1ecs.ecs.mapper import Mapper
from s1ecs.ecs.redaction import Redaction
from s1ecs.ecs.table import Layout
from s1ecs.errors import SettingsError
from s1ecs.outputs.output import Output
from s1ecs.sentinelone.client import Client
from s1ecs.settings import ConsoleSettings, Settings
from s1ecs.state.dead_letters import DeadLetters
from s1ecs.state.state import State
from s1ecs.streams import STREAMS, Stream, stream_in
from s1ecs.streams.collection_modes import Asking
from s1ecs.streams.redaction import has_field, redaction_of


@dataclass(frozen=True)
class FeedMaker:
    """Common parts of all feeds of a process. Consoles with the same settings share mappers and redactions, too."""

    settings: Settings
    outputs: Sequence[Output]
    dead_letters: DeadLetters
    state: State
    collector: Collector
    mapper: Callable[[str, Layout, frozenset[str], bool], Mapper]
    redaction: Callable[[str, Layout, frozenset[str], tuple[str, ...]], Redaction]

    def feed(self, console: ConsoleSettings, client: Client, name: str, gate: Gate = OPEN) -> Feed:
        """Make the feed of the stream `name` of a console, behind its gate."""
        stream = stream_in(name, console.layout, options_of(name, console))
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
            mapper=self.mapper(stream.name, stream.layout, stream.options, envelope.keeps_duplicates),
            redaction=self.redaction(stream.name, stream.layout, stream.options, console.redact),
            envelope=envelope,
            outputs=self.outputs,
            dead_letters=self.dead_letters,
            state=self.state,
            gate=gate,
        )


def feed_maker(
    settings: Settings,
    locate: Locate | None,
    *,
    outputs: Sequence[Output],
    state: State,
    dead_letters: DeadLetters,
    collector: Collector,
) -> FeedMaker:
    """Return the maker of the feeds of these settings; `locate` knows where addresses lie. Raise SettingsError."""
    for console in settings.consoles:
        check_redaction(console.redact)
    return FeedMaker(
        settings,
        outputs,
        dead_letters,
        state,
        collector,
        mapper=cache(partial(_mapper, locate)),
        redaction=cache(_redaction),
    )


def check_redaction(fields: Sequence[str]) -> None:
    """Raise SettingsError for a field that no stream has: a slip of the pen would let out what was to stay."""
    for field in fields:
        if not any(has_field(name, field, layout) for name in STREAMS for layout in LAYOUTS):
            raise SettingsError(f"redact: no stream has the field {field}; `s1ecs fields STREAM` lists the fields")


def options_of(name: str, console: ConsoleSettings) -> frozenset[str]:
    """The settings of a console that are on, of those that add fields to the documents of a stream."""
    return frozenset(setting for setting in STREAMS[name].adding if getattr(console, setting))


def _redaction(name: str, layout: Layout, options: frozenset[str], fields: tuple[str, ...]) -> Redaction:
    return redaction_of(stream_in(name, layout, options), fields)


def _mapper(
    locate: Locate | None,
    name: str,
    layout: Layout,
    options: frozenset[str],
    keep_duplicates: bool,  # noqa: FBT001 - a key of the cache
) -> Mapper:
    return stream_in(name, layout, options).mapper(locate, keep_duplicates=keep_duplicates)


def scope_of(console: ConsoleSettings) -> dict[str, str]:
    """The query parameters that narrow a console's lists to the sites of the settings."""
    return {"siteIds": ",".join(console.site_ids)} if console.site_ids else {}


def _pace(settings: Settings, console: ConsoleSettings, stream: Stream) -> Pace:
    chosen, ask = settings.stream(console, stream.name), stream.ask
    again = ask.reread.setting if ask.reread else None
    return Pace(
        interval=chosen.interval or ask.interval,
        first_poll=chosen.initial_interval or ask.first_poll,
        overlap=settings.overlap,
        reread=getattr(settings, again) if again else None,
        reread_interval=_reread_interval(settings, ask),
        page_size=settings.page_size,
        clock_tolerance=console.clock_tolerance,
        gone_at_most=settings.gone_at_most,
    )


def _reread_interval(settings: Settings, ask: Asking) -> timedelta:
    if ask.reread is None:
        return ask.interval
    if ask.reread.interval is not None:
        return ask.reread.interval
    interval: timedelta = getattr(settings, f"{ask.reread.setting}_interval")
    return interval

"""How a stream is asked for, in words: the rows of its page's first table."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from s1ecs.settings import write_duration
from s1ecs.streams import Stream
from s1ecs.streams.asking import ByTime, CallPerItem, Inventory, Reread, Window
from s1ecs.streams.threat import TIMELINE

BASE = "/web/api/v2.1"

Fact = tuple[str, str]

# A call per item that a setting adds to a stream.
_ADDED_BY: Mapping[str, tuple[str, CallPerItem]] = {"threat": ("threat_timeline", TIMELINE)}


def facts(stream: Stream) -> Iterator[Fact]:
    """Name and text of each row: request, permission, pace, what is read again, identity."""
    ask = stream.ask
    match ask:
        case ByTime():
            yield from _by_time(ask)
        case Window():
            yield from _window(ask)
        case Inventory():
            yield from _inventory(ask)
    if stream.name in _ADDED_BY:
        setting, call = _ADDED_BY[stream.name]
        for name, text in _per_item(call):
            yield f"{name} (with `{setting}`)", text
    yield "permission", stream.permission
    yield "interval", write_duration(ask.interval)
    yield "first poll", _reach(ask.first_poll)
    yield "largest page", str(ask.page_size)
    yield "read again", _read_again(stream)
    yield "`_id`", _identity(stream)
    yield "ECS", stream.table.ecs_version


def _by_time(ask: ByTime) -> Iterator[Fact]:
    yield "request", f"GET `{BASE}{ask.path}`{_parameters(ask)}"
    yield "bounds", f"`{ask.since}`; `{ask.until}` where a range ends. Both mean the record's `{ask.time}`"
    yield "sort", f"`{ask.sort}`, ascending"
    if ask.per_item:
        yield from _per_item(ask.per_item)


def _window(ask: Window) -> Iterator[Fact]:
    yield "request", f"POST `{BASE}{ask.path}`, a GraphQL query of `{ask.root}`, with the token as `Bearer`"
    phases = ", then those by ".join(f"`{phase}`" for phase in ask.phases)
    yield "bounds", f"a window of time: all records in it by {phases}"
    yield "sort", "the phase's time, ascending"


def _inventory(ask: Inventory) -> Iterator[Fact]:
    yield "request", f"GET `{BASE}{ask.path}`"
    yield "bounds", "none: the whole inventory each time; only what is new or changed is delivered"
    yield "sort", f"`{ask.sort}`, ascending"
    if ask.per_item:
        yield from _per_item(ask.per_item)


def _per_item(call: CallPerItem) -> Iterator[Fact]:
    parts = [f"GET `{BASE}{call.path}`"]
    parts += [f"with `{name}={value}`" for name, value in call.parameters.items()]
    if call.sort:
        parts.append(f"sorted by `{call.sort}`")
    yield "then, for each item", ", ".join([*parts, f"pages of {call.page_size}"])
    named = " and ".join(f"`{key}`" for key in call.key)
    again = f"while its `{call.version}` stays as it was, it is not asked for again" if call.version else "always asked"
    yield "an item", f"is named by {named}; {again}; one whose call fails is asked again at the next polls"
    if call.carry:
        carried = ", ".join(f"`{name}` (its `{source}`)" for name, source in call.carry.items())
        yield "taken from the item", f"{carried}, where a record has none"
    if call.into:
        yield "a record", f"is the item with an element of the answer as `{call.into}`, or alone if there is none"


def _parameters(ask: ByTime) -> str:
    return "".join(f", with `{name}={value}`" for name, value in ask.parameters.items())


def _reach(first_poll: timedelta | None) -> str:
    return "from the beginning" if first_poll is None else f"the last {write_duration(first_poll)}"


def _read_again(stream: Stream) -> str:
    ask = stream.ask
    if isinstance(ask, Inventory):
        return "everything, each time"
    overlap = "the setting `overlap`, because records may become visible late"
    if isinstance(ask, Window) or ask.reread is None:
        return overlap
    return f"{overlap}; {_reread(ask.reread)}"


def _reread(again: Reread) -> str:
    span = f"as far back as the setting `{again.setting}`" if again.setting else "everything"
    pace = f", every {write_duration(again.interval)}" if again.interval else ""
    return f"{span}{pace}, because {again.reason}"


def _identity(stream: Stream) -> str:
    table = stream.table
    without = ", ".join(f"`{name}`" for name in sorted(table.identity_without))
    whole = f"the whole record without {without}" if without else "the whole record"
    if not table.identity:
        return f"fingerprint over {whole}"
    paths = ", ".join(f"`{path}`" for path in table.identity)
    needed = f"`{table.identity_needs}` is absent" if table.identity_needs else "all of them are absent"
    return f"fingerprint over {paths}; over {whole} where {needed}"

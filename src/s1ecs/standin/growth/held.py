"""Contents of the console, now and ever, for comparison with a collector's documents.

What a collector can be held to: once growth has stopped, nothing is struck any more, and it walked every stream
once more (alerts by their re-read too, inventories whole), it must have delivered every state that is `readable`
then. A state that was replaced or removed can't be demanded, even if it was `shown`: the answer may have been cut, or
the collector killed before it delivered, and afterwards nobody could read that state any more. But nothing else may
be there: each document is of a state that is `readable` or was `shown`. So `readable` is the lower bound,
`readable` or `shown` the upper one.

Events of threats never change. Of installations that are gone, `shown` is taken for true.
"""

from collections.abc import Callable, Iterator, Mapping

import orjson

from s1ecs.standin.below_threats import events_of
from s1ecs.standin.console import StandinConsole
from s1ecs.standin.installations import Installed
from s1ecs.standin.shelf import Shelf, ShelfRecord

STREAMS: Mapping[str, Callable[[StandinConsole], Iterator[ShelfRecord]]]


def held(console: StandinConsole, stream: str) -> Iterator[bytes]:
    """Yield a line for each state that a record of the stream has or had: `readable`, `shown`, `item`, `record`.

    `item` is what an installation's application is asked for by; null for other streams.
    """
    for state in STREAMS[stream](console):
        marks = f'{{"readable":{_word(state.readable)},"shown":{_word(state.shown)},"item":'
        yield marks.encode() + state.item + b',"record":' + state.body + b"}\n"


def _of_shelf(shelf: Callable[[StandinConsole], Shelf]) -> Callable[[StandinConsole], Iterator[ShelfRecord]]:
    return lambda console: shelf(console).states()


def _of_list(name: str) -> Callable[[StandinConsole], Iterator[ShelfRecord]]:
    return _of_shelf(lambda console: console.lists[name].shelf())


def _applications(console: StandinConsole) -> Iterator[ShelfRecord]:
    installations = console.installations
    for installed in installations.all:
        yield ShelfRecord(
            orjson.dumps(installations.record(installed)), readable=True, shown=False, item=_item(installed)
        )
    for installed in installations.gone:
        yield ShelfRecord(
            orjson.dumps(installations.record(installed)), readable=False, shown=True, item=_item(installed)
        )


def _item(installed: Installed) -> bytes:
    application = installed.application
    return orjson.dumps({"applicationName": application.name, "applicationVendor": application.vendor})


def _events(console: StandinConsole) -> Iterator[ShelfRecord]:
    for host, incident in list(console.incidents.values()):
        for event in events_of(console, host, incident):
            yield ShelfRecord(orjson.dumps(event), readable=True, shown=False)


def _word(value: bool) -> str:  # noqa: FBT001 - it is the value that is written
    return "true" if value else "false"


STREAMS = {
    **{name: _of_list(name) for name in ("activity", "agent", "alert", "application_risk", "group", "threat")},
    "application": _applications,
    "threat_event": _events,
    "unified_alert": _of_shelf(lambda console: console.unified_alerts.shelf()),
}

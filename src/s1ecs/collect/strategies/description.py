"""The description of a way of asking, for people."""

from collections.abc import Iterator
from dataclasses import dataclass

from s1ecs.settings.units import write_duration
from s1ecs.streams.collection_modes import CallPerItem, Reread

BASE = "/web/api/v2.1"

# A row of a stream's page: its name and its text.
Fact = tuple[str, str]

OVERLAP = "by the setting `overlap`, for records that become visible late"


@dataclass(frozen=True)
class Description:
    """A way of asking in words.

    `endpoint` is method and path below the base path, with the path of the call per item where there is one; `facts`
    are the rows about its requests, `read_again` says what is read more than once.
    """

    endpoint: str
    facts: tuple[Fact, ...]
    read_again: str


def facts_of_call(call: CallPerItem) -> Iterator[Fact]:
    """Describe a call per item."""
    parts = [f"GET `{BASE}{call.path}`"]
    parts += [f"with `{name}={value}`" for name, value in call.parameters.items()]
    if call.sort:
        parts.append(f"sorted by `{call.sort}`")
    yield "request per item", ", ".join([*parts, f"pages of {call.page_size}"])
    named = " and ".join(f"`{key}`" for key in call.key)
    again = f"skipped while its `{call.version}` is unchanged" if call.version else "always requested"
    yield "item", f"identified by {named}; {again}; failed requests are retried at the next polls"
    if call.carry:
        carried = ", ".join(f"`{name}` (its `{source}`)" for name, source in call.carry.items())
        yield "copied from the item", f"{carried}, if the record has none"
    if call.into:
        yield (
            "record",
            f"the item with one element of the response as `{call.into}`, or the item alone if there is none",
        )


def with_call(described: Description, call: CallPerItem) -> Description:
    """Add the facts about a call per item to the description of its list."""
    return Description(described.endpoint, (*described.facts, *facts_of_call(call)), described.read_again)


def reread_text(again: Reread) -> str:
    """Describe how a stream is read again."""
    span = f"as far back as the setting `{again.setting}`" if again.setting else "everything"
    pace = f", every {write_duration(again.interval)}" if again.interval else ""
    return f"{span}{pace}, because {again.reason}"

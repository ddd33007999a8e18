"""The layout of documents that a server holds or that Elastic's integration writes there.

The version of the integration's package stands in its templates and in the names of its ingest pipelines. Where it is
not installed, the version of ECS in documents tells the layout.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from s1ecs.ecs.layouts import layout_of_ecs
from s1ecs.ecs.table import Layout
from s1ecs.outputs.search.client.server import SearchServer
from s1ecs.search_setup import names

_PACKAGE = "logs-sentinel_one."
_PIPELINE = re.compile(r"logs-sentinel_one\.[a-z_]+-(\d+\.\d+\.\d+)")
_FIRST_OF_LAYOUT_2 = (2, 0, 0)


@dataclass(frozen=True)
class InstalledLayout:
    """The layouts that were found, and by what; `version` is that of the integration, "" where it is not installed."""

    layouts: frozenset[Layout]
    version: str = ""

    def advice(self, set_to: Iterable[Layout]) -> str:
        """Say what was found, and which setting fits it."""
        found = " and ".join(map(str, sorted(self.layouts)))
        layout = "layout" if len(self.layouts) == 1 else "layouts"
        about = (
            f"Elastic's integration {self.version} is installed, which writes {layout} {found}"
            if self.version
            else f"documents of {layout} {found} were found"
        )
        if len(self.layouts) > 1:
            return f"{about}; docs/elasticsearch.md explains how to query both"
        [fits] = self.layouts
        wanted = frozenset(set_to)
        if wanted == self.layouts:
            return f"{about}; layout: {fits} is set"
        verb = "is" if len(wanted) == 1 else "are"
        return f"{about}; set layout: {fits} to write the same fields ({_set(wanted)} {verb} set)"


async def installed_layout(
    server: SearchServer, templates: Mapping[str, Mapping[str, Any]], telling: Sequence[str]
) -> InstalledLayout | None:
    """Find the layout that fits a server, None where nothing tells it; changes nothing.

    `templates` are the index templates, `telling` the streams whose `ecs.version` tells the layout. A login that may
    read neither pipelines nor documents is no error: what it cannot see tells nothing.
    """
    texts = [*_texts(templates)]
    for path in (f"/_component_template/{_PACKAGE}*", f"/_ingest/pipeline/{_PACKAGE}*"):
        texts += _texts(await _answer(server, "GET", path))
    versions = {match.group(1) for text in texts if (match := _PIPELINE.fullmatch(text))}
    versions |= {found for body in _packages(templates) if isinstance(found := body.get("version"), str)}
    numbered = {_numbers(version): version for version in versions if _numbers(version)}
    if numbered:
        newest = max(numbered)
        return InstalledLayout(frozenset({2 if newest >= _FIRST_OF_LAYOUT_2 else 1}), numbered[newest])
    layouts = frozenset(map(layout_of_ecs, await _ecs_versions(server, telling)))
    return InstalledLayout(layouts) if layouts else None


def _set(layouts: Iterable[Layout]) -> str:
    return " and ".join(f"layout: {layout}" for layout in sorted(layouts))


async def _answer(
    server: SearchServer, method: str, path: str, body: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    reply = await server.request(method, path, body)
    return reply.body if reply.status == HTTPStatus.OK else {}


def _texts(value: Any) -> Iterator[str]:
    """All keys and texts in a value: pipelines are named by both."""
    if isinstance(value, Mapping):
        for key, member in value.items():
            yield key
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
    elif isinstance(value, str):
        yield value


def _packages(templates: Mapping[str, Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for name, template in templates.items():
        package = (template.get("_meta") or {}).get("package")
        if name.startswith(_PACKAGE) and isinstance(package, Mapping):
            yield package


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    return tuple(map(int, found.groups())) if found else ()


async def _ecs_versions(server: SearchServer, streams: Sequence[str]) -> Iterable[str]:
    if not streams:
        return ()
    path = f"/{','.join(map(names.logs_pattern, streams))}/_search"
    body = {"size": 0, "aggs": {"versions": {"terms": {"field": "ecs.version", "size": 20}}}}
    found = (await _answer(server, "POST", path, body)).get("aggregations", {}).get("versions", {}).get("buckets", ())
    return [bucket["key"] for bucket in found]

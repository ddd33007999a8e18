"""The settings that consoles and streams inherit from the top of the file, each field with its kind and description."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import pydantic

from s1ecs import defaults
from s1ecs.ecs.table import Layout
from s1ecs.settings import value_types
from s1ecs.settings.secrets import ProxyAddress
from s1ecs.settings.setting import Described


class Frozen(pydantic.BaseModel):
    """A model that is built once, of exactly the fields it declares."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)


class OfStream(Frozen):
    """Settings that a stream has, and that the top of the file sets for all of them."""

    interval: Annotated[
        timedelta | None,
        value_types.DURATION,
        Described(
            "Time between two polls. At the top of the file it applies to all streams.",
            default_words="per stream",
        ),
    ]
    initial_interval: Annotated[
        timedelta | None,
        value_types.DURATION,
        Described(
            "Time range of the first poll, counted back from now. At the top of the file it applies to all streams.",
            default_words="per stream",
        ),
    ]


class StreamSettings(OfStream):
    """Settings of one stream of one console; an interval of None is the stream's own."""

    enabled: Annotated[
        bool,
        value_types.BOOLEAN,
        Described(
            "Collect this stream.",
            default=True,
        ),
    ]


class OfConsole(Frozen):
    """Settings that a console has, and that the top of the file sets for all of them."""

    ca_file: Annotated[
        Path | None,
        value_types.EXISTING_FILE,
        Described(
            "PEM file of trusted certificate authorities, for on-premises consoles.",
            default_words="system authorities",
        ),
    ]
    proxy: Annotated[
        ProxyAddress | None,
        value_types.PROXY,
        Described(
            "Proxy for requests to the console.",
            default_words="none",
        ),
    ]
    clock_tolerance: Annotated[
        timedelta,
        value_types.DURATION,
        Described(
            "Maximum difference between the clocks of the console and this machine before s1ecs warns.",
            default=defaults.CLOCK_TOLERANCE,
        ),
    ]
    site_ids: Annotated[
        tuple[str, ...],
        value_types.SITES,
        Described(
            "Ids of the sites to collect from.",
            default=(),
            default_words="all sites of the token",
        ),
    ]
    namespace: Annotated[
        str,
        value_types.NAMESPACE,
        Described(
            "Namespace of the data streams; data_stream.namespace in documents.",
            default="default",
        ),
    ]
    tags: Annotated[
        tuple[str, ...] | None,
        value_types.TAGS,
        Described(
            "Tags of every document.",
            default_words="forwarded, sentinel_one-<stream>",
        ),
    ]
    preserve_original_event: Annotated[
        bool,
        value_types.BOOLEAN,
        Described(
            "Keep the original record in event.original, marked by a tag.",
            default=False,
        ),
    ]
    preserve_duplicate_custom_fields: Annotated[
        bool,
        value_types.BOOLEAN,
        Described(
            "Keep the SentinelOne fields of application, application_risk, threat_event and unified_alert that "
            "duplicate ECS fields, marked by a tag.",
            default=False,
        ),
    ]
    redact: Annotated[
        tuple[str, ...],
        value_types.FIELDS,
        Described(
            "Fields to remove from every document, including copies in other fields, related.* and event.original. An"
            " event.original that is not a JSON object is removed as well. Replaces the default; [] redacts nothing.",
            default=("sentinel_one.group.registration_token", "sentinel_one.agent.license.key"),
        ),
    ]
    layout: Annotated[
        Layout,
        value_types.LAYOUT,
        Described(
            "Layout of the documents: 1 is that of Elastic's integration 1.42, 2 that of its versions 2.x. See "
            "docs/elasticsearch.md.",
            default=1,
        ),
    ]
    threat_severity: Annotated[
        bool,
        value_types.BOOLEAN,
        Described(
            "Set event.severity of threats, which Elastic's integration does not: 47 suspicious, 73 malicious, 99 "
            "malicious and not mitigated.",
            default=False,
        ),
    ]
    threat_timeline: Annotated[
        bool,
        value_types.BOOLEAN,
        Described(
            "Collect the timeline of each threat, with one document per entry.",
            default=False,
        ),
    ]

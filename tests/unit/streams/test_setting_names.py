"""Settings that streams name: each is one of the table."""

from datetime import timedelta

import pytest

from s1ecs.ecs.field_catalog import exported_fields
from s1ecs.ecs.index_mapping import BASE_FIELDS
from s1ecs.settings.setting import Level
from s1ecs.settings.table import rows
from s1ecs.streams import STREAMS, Stream


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS.keys())
def test_settings_that_a_stream_names_exist(stream: Stream) -> None:
    """An optional way of asking is chosen by a switch of a console, a second reading is paced by two durations."""
    assert all(rows(Level.CONSOLE)[name].default is False for name in stream.optional)
    if stream.ask.reread and stream.ask.reread.setting:
        paces = [rows(Level.TOP)[stream.ask.reread.setting + end].default for end in ("", "_interval")]
        assert all(isinstance(pace, timedelta) for pace in paces)


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS.keys())
def test_fields_that_a_stream_names_exist(stream: Stream) -> None:
    """The field by which the documents of Elastic's integration are judged is one of the stream's documents."""
    fields = {field.name for field in exported_fields(stream.table)} | set(BASE_FIELDS)
    assert not stream.migrated_by or stream.migrated_by in fields

"""What is redacted is nowhere in a document: by example for each kind of row."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from s1ecs.ecs import table as words
from s1ecs.ecs.lineage import RecordPath, sources_of
from s1ecs.ecs.mapper import Document, Mapper, original
from s1ecs.ecs.redaction import Redaction
from s1ecs.ecs.table import FieldRow, FieldTable, Found, Inner
from s1ecs.records import NotJSON, dumps, record_from_line
from s1ecs.streams import STREAMS
from s1ecs.streams.conversions.snake_case import in_snake_case, snake_case

from .documents import record_of, sealed

SECRET = "hush"


def table(*rows: FieldRow, **switches: Any) -> FieldTable:
    """A small table of a stream."""
    kind = words.constant("event.kind", "event", "Kind.")
    return FieldTable(rows=(kind, *rows), identity=("id",), **switches)


def redacted(fields_of: FieldTable, fields: Sequence[str], value: Any) -> Document:
    """The document of a record, its original kept, without the fields."""
    redaction = Redaction(fields_of, fields)
    stripped = redaction.strip(record_of(value))
    mapped = Mapper(fields_of).map(stripped.record)
    return sealed(redaction, mapped, stripped)


def meaning(kind: Callable[..., FieldRow], target: str, source: str, **more: Any) -> FieldRow:
    """A row with a meaning."""
    return kind(target, source, "A field.", **more)


ROWS = [
    (meaning(words.keyword, "own.a", "a.b"), SECRET),
    (meaning(words.keyword, "own.a", "a.b"), {"deep": [SECRET]}),
    (meaning(words.keyword, "own.a", "a.b", copies=("user.name",), related="user"), SECRET),
    (meaning(words.keyword, "own.a", "a.b", one_of=frozenset({SECRET}), related="user"), SECRET),
    (meaning(words.text, "own.a", "a.b"), {"x": SECRET}),
    (meaning(words.joined, "own.a", "a.b"), ["x", SECRET]),
    (meaning(words.lower_case, "own.a", "a.b"), SECRET),
    (meaning(words.lower_case, "own.a", "a.b"), [SECRET]),
    (meaning(words.words, "own.a", "a.b", table={SECRET: SECRET}), SECRET),
    (meaning(words.words, "own.a", "a.b", table={}, not_text="fails"), [SECRET]),
    (meaning(words.os_type, "own.a", "a.b"), [SECRET]),
    (meaning(words.date, "own.a", "a.b"), SECRET),
    (meaning(words.long, "own.a", "a.b"), SECRET),
    (meaning(words.boolean, "own.a", "a.b"), SECRET),
    (meaning(words.double, "own.a", "a.b"), SECRET),
    (meaning(words.float32, "own.a", "a.b"), SECRET),
    (meaning(words.ip, "own.a", "a.b"), SECRET),
    (meaning(words.ip, "own.a", "a.b", split=True, related="ip"), f"192.0.2.1,{SECRET}"),
    (meaning(words.rest, "own.a", "a.b"), {"x": SECRET}),
]


@pytest.mark.parametrize(("row", "value"), ROWS, ids=lambda part: part.kind if isinstance(part, FieldRow) else None)
def test_every_kind_of_value(row: FieldRow, value: Any) -> None:
    """A redacted value is in no field, copy, related list, text about a bad value or original; the rest stays."""
    rows = table(row, meaning(words.keyword, "own.c", "a.c"))
    raw = {"a": {"b": value, "c": "kept"}, "z": 1}
    document = redacted(rows, ["own.a"], raw)
    assert SECRET not in dumps(document).decode()
    assert document["own"] == {"c": "kept"}
    assert document["event"]["original"] == '{"a":{"c":"kept"},"z":1}'
    assert "error" not in document
    assert "related" not in document
    if row.kind != "words" or row.not_text == "fails":
        assert SECRET in dumps(redacted(rows, [], raw)).decode()


@pytest.mark.parametrize("field", ["own.a", "user.name", "own", "user"])
def test_copies_go_together(field: str) -> None:
    """Whichever of a value's fields is named, or an object around it: the value is gone from all of them."""
    rows = table(meaning(words.keyword, "own.a", "a", copies=("user.name",)))
    document = redacted(rows, [field], {"a": SECRET, "b": "kept"})
    assert "own" not in document
    assert "user" not in document
    assert document["event"]["original"] == '{"b":"kept"}'


def test_related_of_other_fields() -> None:
    """A redacted text is in no related list, though another field with the same text stays."""
    rows = table(
        meaning(words.keyword, "own.a", "a", related="user"),
        meaning(words.keyword, "own.b", "b", related="user"),
        meaning(words.ip, "own.c", "c", related="ip", split=True),
        meaning(words.ip, "own.d", "d", related="ip"),
    )
    raw = {"a": ["x", 7], "b": ["x", "7", "y"], "c": "192.0.2.1,192.0.2.2", "d": "192.0.2.2"}
    document = redacted(rows, ["own.a", "own.c"], raw)
    assert document["related"] == {"user": ["y"]}
    assert document["own"] == {"b": ["x", "7", "y"], "d": "192.0.2.2"}


def test_every_row_of_the_same_field() -> None:
    """A field is redacted at its first source, at those it falls back to, and at those that overwrite it."""
    rows = table(
        meaning(words.keyword, "host.name", "a"),
        meaning(words.keyword, "host.name", "b", only_if_unset=True),
        meaning(words.keyword, "own.c", "c", copies=("host.name",), overwrites=True),
        meaning(words.keyword, "host.id", "d"),
    )
    assert redacted(rows, ["host.name"], {"a": SECRET, "b": SECRET, "c": SECRET, "d": "1"})["host"] == {"id": "1"}


def test_inside_of_a_whole_value() -> None:
    """A field beneath what is kept whole is found in the record at the same path: in lists, in keys with dots."""
    rows = table(meaning(words.keyword, "own.a", "a", copies=("user.roles",)), meaning(words.rest, "own.r", "r"))
    raw = {"a": [{"b": {"c": SECRET}, "d": 1}, [{"b.c": SECRET}], 5], "r": {"x": {"y": SECRET, "z": 2}}}
    document = redacted(rows, ["own.a.b.c", "own.r.x.y"], raw)
    assert document["own"] == {"a": [{"d": 1}, 5], "r": {"x": {"z": 2}}}
    assert SECRET not in dumps(document).decode()
    assert SECRET not in dumps(redacted(rows, ["user.roles.b", "own.r"], raw)).decode()


def test_what_is_left_over() -> None:
    """To redact what no other row names leaves what the others name, but takes what is kept in both."""
    rows = table(
        meaning(words.keyword, "own.a", "data.a"),
        meaning(words.keyword, "own.b", "data.b"),
        words.rest("own.rest", "data", "The rest.", keeps=frozenset({"b"})),
    )
    document = redacted(rows, ["own.rest"], {"data": {"a": "kept", "b": SECRET, "c": SECRET}})
    assert document["own"] == {"a": "kept"}
    assert document["event"]["original"] == '{"data":{"a":"kept"}}'


def _people(value: Any, found: Found) -> Any:
    found.fields["user.name"] = [person["fullName"] for person in value if "fullName" in person]
    found.fields["user.roles"] = ["admin"]
    found.related["user"].append(SECRET)
    return [{"id": person.get("id"), "made": person.get("x")} for person in value]


FUNCTION = words.function(
    "own.people",
    "people",
    "People.",
    _people,
    Inner("user.name", "keyword", "Name.", "fullName"),
    Inner("user.roles", "keyword", "Roles.", ""),
    Inner(".id", "keyword", "Id."),
)


@pytest.mark.parametrize(
    ("field", "left"),
    [
        ("user.name", '{"people":[{"id":1,"x":3}]}'),
        ("own.people.id", '{"people":[{"fullName":"hush","x":3}]}'),
        ("own.people", '{"z":0}'),
        ("own.people.made", '{"z":0}'),
        ("user.roles", '{"people":[{"fullName":"hush","id":1,"x":3}]}'),
    ],
)
def test_function_rows(field: str, left: str) -> None:
    """What a function sets is found where the row says that it comes from; where it does not, the whole source goes.

    What has no place in the record is taken out of the document alone.
    """
    rows = table(FUNCTION, meaning(words.keyword, "user.id", "u", related="user"))
    raw = {"people": [{"fullName": SECRET, "id": 1, "x": 3}]}
    document = redacted(rows, [field], raw if left != '{"z":0}' else raw | {"z": 0})
    assert document["event"]["original"] == left
    first, _, second = field.partition(".")
    assert second not in document.get(first, {})


def test_related_that_a_function_sets() -> None:
    """A text that was taken out of the record is in no related list, whatever put it there."""
    rows = table(FUNCTION, meaning(words.keyword, "own.other", "other", related="user"))
    raw = {"people": [{"id": 1}], "other": SECRET}
    assert "related" not in redacted(rows, ["own.other"], raw)


def test_the_whole_record() -> None:
    """To redact the object that a whole record is kept in redacts the whole record."""
    rows = table(meaning(words.keyword, "own", ""), meaning(words.keyword, "user.name", "name"))
    document = redacted(rows, ["own"], {"name": SECRET, "other": [SECRET]})
    assert SECRET not in dumps(document).decode()
    assert document["event"]["original"] == "{}"


def test_snake_case() -> None:
    """Where a table spells keys differently, the record's keys are compared in its spelling."""
    rows = table(
        meaning(words.keyword, "own", ""),
        meaning(words.keyword, "user.name", "real_time.user_name"),
        key_form=snake_case,
        prepare=lambda record, _: in_snake_case(record),
    )
    raw = {"realTime": {"userName": SECRET, "user_name": SECRET}, "someList": [{"innerKey": SECRET, "k": 1}]}
    document = redacted(rows, ["user.name", "own.some_list.inner_key"], raw)
    assert SECRET not in dumps(document).decode()
    assert document["own"] == {"some_list": [{"k": 1}]}


def test_fields_that_no_record_holds() -> None:
    """Constants, templates and what the envelope sets are taken out of the document, with objects left empty."""
    rows = table(
        meaning(words.keyword, "own.a", "a"),
        words.constant("event.category", ["host"], "Kind."),
        words.template("message", "{own.a}!", "Text."),
    )
    document = redacted(rows, ["message", "event.category", "data_stream.type", "input", "tags"], {"a": "x"})
    assert document["event"] == {"kind": "event", "dataset": "sentinel_one.alert", "original": '{"a":"x"}'}
    assert {"message", "input", "tags"} & set(document) == set()
    assert document["data_stream"] == {"dataset": "sentinel_one.alert", "namespace": "default"}
    assert "message" not in redacted(rows, ["own.a"], {"a": "x"})


@pytest.mark.parametrize("text", ['["hush"]', '"hush"', "hush", '{"a":hush}', '{"a":"hush', '{"hush":NaN}', "[" * 2000])
def test_texts_that_are_no_object(text: str) -> None:
    """Nothing of a text that is no JSON object is shown, once fields are redacted; without, it is kept."""
    rows = table(meaning(words.keyword, "own.a", "a"))

    def document(fields: Sequence[str]) -> Document:
        redaction = Redaction(rows, fields)
        try:
            stripped = redaction.strip(record_from_line(text.encode()))
            mapped = Mapper(rows).map(stripped.record)
        except NotJSON as error:
            stripped = redaction.unreadable()
            mapped = Mapper(rows).unreadable(str(error))
        assert stripped.original_is_safe == (not fields)
        return sealed(redaction, mapped, stripped)

    assert "original" not in document(["own.a"])["event"]
    assert SECRET not in dumps(document(["own.a"])).decode()
    assert "[[" not in dumps(document(["own.a"])).decode()
    assert "original" in document([])["event"]


def test_nothing_to_strip() -> None:
    """A record that holds nothing redacted is not copied, and no record is changed."""
    rows = table(meaning(words.keyword, "own.a", "a.b"), meaning(words.keyword, "own.c", "c"))
    without = record_of({"a": {"x": 1}, "c": [1]})
    assert Redaction(rows, ["own.a"]).strip(without).record is without
    assert Redaction(rows, ["other.a"]).strip(without).record is without
    assert not Redaction(rows, ["other.a"]).reaches_records
    full = record_of({"a": {"b": SECRET}, "c": [1]})
    stripped = Redaction(rows, ["own.a"]).strip(full)
    assert full.value == {"a": {"b": SECRET}, "c": [1]}
    assert stripped == (stripped.record, frozenset({SECRET}), True)
    assert stripped.record.value == {"c": [1]}
    assert stripped.record.value["c"] is full.value["c"]


def test_numbers_and_surrogates() -> None:
    """Numbers keep their text in the original, and what is not Unicode or nested deeply is taken out like the rest."""
    rows = table(meaning(words.keyword, "own.a", "a"))
    deep = "[" * 900 + '"hush"' + "]" * 900
    line = f'{{"a":{{"x":1.50,"y":99999999999999999999,"z":"\\ud800","deep":{deep}}},"n":1e2,"l":{deep}}}'
    record = record_from_line(line.encode())
    stripped = Redaction(rows, ["own.a"]).strip(record)
    assert {"1.5", "99999999999999999999", "\ufffd", SECRET} <= stripped.removed
    assert original(stripped.record).startswith('{"l":[[')
    assert original(stripped.record).endswith('"n":1e2}')
    assert SECRET not in original(Redaction(rows, ["own.a.b"]).strip(record_of({"a": json.loads(deep)})).record)


def test_default_fields_have_sources() -> None:
    """A group's registration token and an agent's licence key are found in what the console sends."""
    found = {
        name: sources_of(STREAMS[name].table, field)
        for name, field in (
            ("group", "sentinel_one.group.registration_token"),
            ("agent", "sentinel_one.agent.license.key"),
        )
    }
    assert found == {"group": {RecordPath("registrationToken")}, "agent": {RecordPath("licenseKey")}}


@pytest.mark.parametrize(
    ("stream", "field", "record"),
    [
        (
            "unified_alert",
            "host.ip",
            {"detectionTime": {"assets": [{"asset": {"ipV4": "192.0.2.77", "consoleIpAddress": "192.0.2.77"}}]}},
        ),
        (
            "unified_alert",
            "cloud.account.id",
            {"detectionTime": {"assets": [{"cloud": {"providerDetails": {"serviceAccount": "192.0.2.77"}}}]}},
        ),
        ("threat", "rule.id", {"id": "1", "timeline": {"data": {"ruleId": "192.0.2.77"}, "ruleid": "192.0.2.77"}}),
    ],
)
def test_fields_that_come_from_one_of_several_places(stream: str, field: str, record: dict[str, Any]) -> None:
    """A field that a function takes from several places is taken out of all of them, original included."""
    assert "192.0.2.77" in json.dumps(redacted(STREAMS[stream].table, (), record))
    assert "192.0.2.77" not in json.dumps(redacted(STREAMS[stream].table, (field,), record))

"""Ids by the rule of Elasticsearch's fingerprint processor."""

from s1ecs.ecs.document_id import fingerprint, identity_of, whole_record
from s1ecs.ecs.table import FieldTable
from s1ecs.records import record_from_line
from s1ecs.streams.alert import STREAM

ALERT = identity_of(STREAM.table)


def test_worked_example_of_alert() -> None:
    """The specification's example: alert id, creation and update in the order of their paths."""
    record = record_from_line(
        b'{"alertInfo":{"updatedAt":"2024-01-15T10:05:00Z","alertId":"1","createdAt":"2024-01-15T10:00:00Z"}}'
    )
    assert ALERT(record) == "JGt16HkV7ClvT2Dg4NXuzgDUW00="


def test_worked_example_in_another_order_of_paths() -> None:
    """The specification's example of activity and group: createdAt, id, updatedAt."""
    identify = identity_of(FieldTable((), ("id", "createdAt", "updatedAt")))
    record = record_from_line(b'{"id":"1","createdAt":"2024-01-15T10:00:00Z","updatedAt":"2024-01-15T10:05:00Z"}')
    assert identify(record) == "RnbH1tnWmndlGe4YEP8MMyspmGs="


def test_worked_example_of_a_whole_record() -> None:
    """The specification's example: the JSON text with sorted keys."""
    assert whole_record({"name": "a", "id": "1"}) == "qPElV1oJdoB9LorJ+4xpUB69iPg="


def test_absent_part_is_left_out_and_empty_is_not() -> None:
    """A missing part leaves no zero byte, an empty text leaves one."""
    missing = record_from_line(b'{"alertInfo":{"alertId":"1","updatedAt":null}}')
    empty = record_from_line(b'{"alertInfo":{"alertId":"1","updatedAt":""}}')
    assert (fingerprint(b"1"), fingerprint(b"1", b"")) == (ALERT(missing), ALERT(empty))


def test_no_part_at_all_means_the_whole_record() -> None:
    """Records without any of the parts differ by all they hold, so that none hides another."""
    record = record_from_line(b'{"ruleInfo":{"name":"b","id":1.50}}')
    assert ALERT(record) == fingerprint(b'{"ruleInfo":{"id":1.50,"name":"b"}}')


def test_part_that_is_no_text_is_its_json_text() -> None:
    """A number as id counts as it was written, beyond 64 bits too."""
    record = record_from_line(b'{"alertInfo":{"alertId":123456789012345678901234567890}}')
    assert ALERT(record) == fingerprint(b"123456789012345678901234567890")


def test_sections_that_are_no_objects_count_as_absent() -> None:
    """A path that meets something other than an object is absent."""
    record = record_from_line(b'{"alertInfo":["alertId"]}')
    assert ALERT(record) == fingerprint(b'{"alertInfo":["alertId"]}')


NEEDS_ID = identity_of(FieldTable((), ("createdAt", "id"), identity_needs="id"))


def test_needed_part() -> None:
    """Without the part that is needed the others don't count, the whole record does; an empty text is there."""
    created = "2024-01-15T10:00:00Z"
    with_id = record_from_line(b'{"createdAt":"2024-01-15T10:00:00Z","id":"1","x":1}')
    without = record_from_line(b'{"createdAt":"2024-01-15T10:00:00Z","id":null}')
    empty = record_from_line(b'{"createdAt":"2024-01-15T10:00:00Z","id":""}')
    assert NEEDS_ID(with_id) == fingerprint(created.encode(), b"1")
    assert NEEDS_ID(without) == fingerprint(b'{"createdAt":"2024-01-15T10:00:00Z","id":null}')
    assert NEEDS_ID(empty) == fingerprint(created.encode(), b"")


def test_key_that_does_not_count() -> None:
    """A value that grows by itself makes no new document; the same key further inside counts."""
    identify = identity_of(FieldTable((), (), identity_without=frozenset({"daysDetected"})))
    record = record_from_line(b'{"id":"1","daysDetected":3,"inner":{"daysDetected":4}}')
    assert identify(record) == fingerprint(b'{"id":"1","inner":{"daysDetected":4}}')


def test_cleaned_record() -> None:
    """Where the record is cleaned first, an empty part is absent, and so are empties of the whole record."""
    identify = identity_of(FieldTable((), ("id", "threatInfo.createdAt"), cleaned=True))
    assert identify(record_from_line(b'{"id":"","threatInfo":{"createdAt":"t"}}')) == fingerprint(b"t")
    assert identify(record_from_line(b'{"id":{"a":[]},"threatInfo":{"createdAt":"t"}}')) == fingerprint(b"t")
    assert identify(record_from_line(b'{"id":"","x":[""],"y":1.50}')) == fingerprint(b'{"y":1.50}')
    assert identify(record_from_line(b'{"id":""}')) == fingerprint(b"{}")


def test_no_object() -> None:
    """What is no object counts whole, whatever the table says."""
    assert NEEDS_ID(record_from_line(b"[1, 2]")) == fingerprint(b"[1,2]")

"""What is special in groups."""

from s1ecs.streams.group import STREAM

from .documents import document_of, mapped, record_of


def test_false_and_zero_stay() -> None:
    """A group without agents that inherits nothing says so."""
    group = document_of(STREAM, {"inherits": False, "isDefault": False, "totalAgents": 0})["sentinel_one"]["group"]
    assert group == {"inherits": False, "is_default": False, "agent": {"count": 0}}


def test_sparse_group() -> None:
    """A group with hardly any keys is mapped without a word."""
    document = document_of(STREAM, {"id": "1", "updatedAt": "2024-01-15T09:30:00Z"})
    assert document == {
        "@timestamp": "2024-01-15T09:30:00.000Z",
        "ecs": {"version": "8.11.0"},
        "event": {"kind": "event", "category": ["iam"], "type": ["info"]},
        "group": {"id": "1"},
    }


def test_bad_values_change_neither_kind_nor_each_other() -> None:
    """Bad values leave their texts in the order of the rows, the kind stays."""
    result = mapped(STREAM, {"updatedAt": "", "createdAt": 7, "inherits": "yes", "rank": True, "totalAgents": "1.0"})
    assert not result.failed
    assert result.document["error"]["message"] == [
        "unable to parse date []",
        "unable to parse date [7]",
        "[yes] is not a boolean value, cannot convert to boolean",
        'For input string: "true"',
        'For input string: "1.0"',
    ]


def test_identity() -> None:
    """A group's id is over time of creation, id and time of update, in the order of their names."""
    record = record_of({"id": "1", "createdAt": "2024-01-15T10:00:00Z", "updatedAt": "2024-01-15T10:05:00Z"})
    assert STREAM.mapper().identify(record) == "RnbH1tnWmndlGe4YEP8MMyspmGs="


def test_pages_of_groups_are_smaller() -> None:
    """The path allows 300 groups a page, not 1000."""
    assert STREAM.ask.page_size == 300

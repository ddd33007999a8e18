import pytest

from s1ecs.records import dumps
from s1ecs.streams import STREAMS
from s1ecs.trace.redaction import LeftOut, Redacted

TOKEN_FIELD = "sentinel_one.group.registration_token"


def redacted(*fields: str) -> Redacted:
    """What may be shown where these fields are redacted."""
    return Redacted(STREAMS.values(), fields)


def answer(*records: object) -> bytes:
    """An answer with these records."""
    return dumps({"data": records, "pagination": {"nextCursor": "abc%3D", "totalItems": 2}})


def test_redacted_source_goes_from_each_record() -> None:
    """The source of a redacted field goes from every record of its list, all else stays."""
    body = redacted(TOKEN_FIELD).body("/groups", answer({"id": "1", "registrationToken": "r"}, {"id": "2"}))
    assert body["data"] == [{"id": "1"}, {"id": "2"}]
    assert body["pagination"]["totalItems"] == 2


def test_other_lists_are_shown_as_they_came() -> None:
    """A list whose records hold nothing redacted is shown whole, its cursors included."""
    body = redacted(TOKEN_FIELD).body("/activities", answer({"id": "1", "registrationToken": "r"}))
    assert body["data"] == [{"id": "1", "registrationToken": "r"}]
    assert body["pagination"]["nextCursor"] == "abc%3D"


def test_cursor_of_a_redacted_list_gets_a_name() -> None:
    """A cursor may hold redacted values: it is shown by a name, the same in the answer and in the next request."""
    shown = redacted(TOKEN_FIELD)
    name = shown.body("/groups", answer())["pagination"]["nextCursor"]
    assert shown.query("/groups", {"cursor": "abc=", "limit": "5"}) == {"cursor": name, "limit": "5"}
    assert "abc" not in name


def test_nodes_of_a_connection() -> None:
    """Records in a GraphQL connection lose what is redacted, in the API's own spelling of keys."""
    edge = {"cursor": "c", "node": {"id": "1", "externalId": "e"}}
    connection = {"totalCount": 1, "pageInfo": {"endCursor": "c"}, "edges": [edge]}
    body = redacted("sentinel_one.unified_alert.external_id").body(
        "/unifiedalerts/graphql", dumps({"data": {"alerts": connection}})
    )
    [shown] = body["data"]["alerts"]["edges"]
    assert shown["node"] == {"id": "1"}
    assert shown["cursor"] == body["data"]["alerts"]["pageInfo"]["endCursor"] != "c"
    assert body["data"]["alerts"]["totalCount"] == 1


def test_record_that_is_no_object_is_not_shown() -> None:
    """Of a record that is no object nobody knows what it holds."""
    assert redacted(TOKEN_FIELD).body("/groups", answer("r", {"id": "1"}))["data"] == [None, {"id": "1"}]


@pytest.mark.parametrize("body", [b"<html>r</html>", b'{"data": [{"registrationToken": "r"', b""])
def test_what_is_no_json_is_left_out(body: bytes) -> None:
    """What can't be parsed is left out, not quoted."""
    with pytest.raises(LeftOut, match="not JSON") as caught:
        redacted(TOKEN_FIELD).body("/groups", body)
    assert "r<" not in str(caught.value)


def test_answer_of_another_form_is_left_out() -> None:
    """A list where an answer should be is left out where fields are redacted."""
    with pytest.raises(LeftOut):
        redacted(TOKEN_FIELD).body("/groups", b'[{"registrationToken": "r"}]')


def test_bodies_about_tokens_are_left_out() -> None:
    """Of POST /users/api-token-details neither the request nor the answer is shown, whatever is redacted."""
    with pytest.raises(LeftOut, match="token"):
        redacted().body("/users/api-token-details", b'{"data": {"token": "t"}}')


def test_redacted_value_in_the_query_is_hidden() -> None:
    """Where an item's redacted value is asked by, the query does not show it."""
    asked = {"applicationName": "Secret Tool", "applicationVendor": "Vendor", "limit": "1000"}
    field = next(row.target for row in STREAMS["application"].table.rows if row.source == "applicationName")
    path = "/application-management/inventory/endpoints"
    assert redacted(field).query(path, asked) == {**asked, "applicationName": "***"}
    assert redacted(TOKEN_FIELD).query(path, asked) == asked


def test_redacted_key_in_the_path_is_hidden() -> None:
    """The id of a threat stands in no path where it is redacted."""
    assert redacted("sentinel_one.threat.id").path("/threats/123/explore/events") == "/threats/{id}/explore/events"
    assert redacted(TOKEN_FIELD).path("/threats/123/explore/events") == "/threats/123/explore/events"

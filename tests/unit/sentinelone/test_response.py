from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s1ecs.errors import ConsoleError, Refused
from s1ecs.records import NOT_UNICODE, ExactInteger, canonical, dumps, exact
from s1ecs.sentinelone.client import Client
from s1ecs.sentinelone.error_mapping import Failures
from s1ecs.sentinelone.response import ConsoleResponse, answer_from
from s1ecs.sentinelone.transport import Connection

from .conftest import NOON, TOKEN
from .console import Console, error, raw, said


@pytest.mark.parametrize(
    "body", [b"{}", b'{"data": null}', b'{"data": []}', b'{"data": {}}', b'\xef\xbb\xbf{"data": []}']
)
async def test_no_records(console: Console, client: Client, body: bytes) -> None:
    """Missing, null and empty data are no records and no error."""
    console.script = [raw(body)]
    answer = await client.get("/threats")
    assert answer.records() == []
    assert answer.received == NOON


async def test_exact(console: Console, client: Client) -> None:
    """A record can be read again with its numbers as they were written."""
    console.script = [raw(b'{"data": [{"n": 1.0}, {"n": 1.50, "big": 123456789012345678901234567890}]}')]
    first, second = (await client.get("/threats")).records()
    assert second.value["n"] == 1.5
    assert dumps(second.exact()) == b'{"n":1.50,"big":123456789012345678901234567890}'
    assert second.exact()["big"] == ExactInteger("123456789012345678901234567890")
    assert dumps(first.exact()) == b'{"n":1.0}'
    assert second.flaws == ()


NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)
SPACE = st.sampled_from(["", " ", "\n\t "])
TEXTS = st.text(st.characters(exclude_categories=["Cs"])).map(orjson.dumps).map(bytes.decode)


def _list(members: list[tuple[str, str]]) -> str:
    return "[" + ",".join(before + member for before, member in members) + "]"


def _object(members: list[tuple[str, str, str, str]]) -> str:
    return "{" + ",".join(f"{key}{before}:{after}{member}" for key, before, after, member in members) + "}"


VALUES = st.recursive(
    st.one_of(
        NUMBERS,
        st.integers(-(10**24), 10**24).map(str),
        TEXTS,
        st.sampled_from(["true", "null", '"10:00:00.5Z"', '",1.5"']),
    ),
    lambda inner: st.one_of(
        st.lists(st.tuples(SPACE, inner)).map(_list), st.lists(st.tuples(TEXTS, SPACE, SPACE, inner)).map(_object)
    ),
    max_leaves=12,
)


@given(st.lists(VALUES, min_size=1, max_size=3))
def test_every_number_is_exact(elements: list[str]) -> None:
    """Wherever a number stands and however it is written, the exact record has its text."""
    body = f'{{"data": [{",".join(elements)}]}}'.encode()
    answer = ConsoleResponse(orjson.loads(body)["data"], None, (), body, NOON)
    written = [dumps(record.exact()) for record in answer.records()]
    assert written == [dumps(exact(element.encode())) for element in elements]


async def test_tolerant(console: Console, client: Client) -> None:
    """One bad record does not spoil its page: it alone carries the flaw, and numbers beyond a double stay."""
    console.script = [raw(b'{"data": [{"a": "\\ud800"}, {"a": 1e400}, {"a": "fine"}]}')]
    records = (await client.get("/threats")).records()
    assert [record.flaws for record in records] == [(NOT_UNICODE,), (), ()]
    assert records[0].value == {"a": "\ufffd"}
    assert dumps(records[1].exact()) == b'{"a":1e400}'


SAYS = {"code": 5000010, "title": "Half of it failed"}


@pytest.mark.parametrize(
    ("content", "of_list", "of_action"),
    [
        ({"data": None, "errors": [SAYS]}, "fails", "fails"),
        ({"errors": [{"message": "no"}]}, "fails", "fails"),
        ({"errors": ["no"]}, "fails", "fails"),
        ({"data": [1], "errors": [SAYS]}, "noted", "fails"),
        ({"data": [], "errors": [SAYS]}, "fails", "fails"),
        ({"data": {}, "errors": [SAYS]}, "fails", "fails"),
        ({"data": [None], "errors": SAYS}, "fails", "fails"),
        ({"data": [], "error": {"errors": [SAYS]}}, "fails", "fails"),
        ({"data": [], "errors": [{}], "error": {"message": "no"}}, "fails", "fails"),
        ({"data": [], "pagination": {"nextCursor": "a"}, "errors": [SAYS]}, "fails", "fails"),
        ({"data": [1], "error": {"errors": [SAYS]}}, "noted", "fails"),
        ({"data": [], "errors": [{}]}, "clean", "clean"),
        ({"data": [], "errors": [{"code": None, "title": None, "detail": None}]}, "clean", "clean"),
        ({"data": [], "errors": None, "error": None}, "clean", "clean"),
        ({"data": [], "errors": {}, "error": {}}, "clean", "clean"),
        ({"data": [1], "errors": [{}]}, "clean", "clean"),
        ({"data": [1], "errors": [{"type": "object"}]}, "clean", "clean"),
        ({"data": None, "errors": [{"title": "", "code": None}]}, "clean", "clean"),
        ({"data": [1], "errors": []}, "clean", "clean"),
        ({"data": [1], "errors": None}, "clean", "clean"),
    ],
)
async def test_success_with_errors(
    console: Console, client: Client, content: dict[str, Any], of_list: str, of_action: str
) -> None:
    """A 200 with `errors` fails a list if an entry says something beside nothing, an action beside any data."""

    async def outcome(call: Callable[..., Any], *arguments: Any) -> str:
        console.script = [said(content)]
        try:
            answer = await call(*arguments)
        except Refused:
            return "fails"
        return "noted" if answer.notes else "clean"

    assert await outcome(client.get, "/threats") == of_list
    assert await outcome(client.post, "/threats/mitigate/kill", {}) == of_action


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (error(403, 4030010, "No scope"), "403 No scope (4030010): the role or scope of the token"),
        (
            said({"error": {"errors": [{"code": "4030010", "title": "No", "detail": "way"}]}}, 403),
            "403 No (4030010): way: ",
        ),
        (said({"errors": [{"message": "of GraphQL"}]}, 403), "403 of GraphQL: "),
        (said({"message": "plain"}, 403), "403 plain: "),
        (raw(b"<html><style>p{}</style><h1>Access\n denied</h1></html>", 403), "403 Access denied: "),
        (raw(b"", 403), "403 Forbidden: "),
        (said([], 403), "403 Forbidden: "),
    ],
)
async def test_error_bodies(console: Console, client: Client, answer: bytes, text: str) -> None:
    """Every known shape of an error's body is told in one line."""
    console.script = [answer]
    with pytest.raises(Exception, match="403") as caught:
        await client.get("/threats")
    assert f"default: GET /threats: {text}" in str(caught.value)


THREE = [
    {"code": 4000010, "title": "Validation failed", "detail": None},
    {"code": 4000011, "title": "Bad filter", "detail": "siteIds"},
    {"code": 4000040, "title": "Licence expired", "detail": "renew it under Settings"},
]


@pytest.mark.parametrize("status", [200, 400, 403, 500])
async def test_every_error_of_an_answer_is_told(console: Console, client: Client, status: int) -> None:
    """With three errors the last may be the one to act on: all stand in the text, whatever the status."""
    console.script = [said({"errors": [*THREE, THREE[0]], "data": None}, status)] * 5
    with pytest.raises(ConsoleError) as caught:
        await client.get("/threats")
    assert (
        f"{status} Validation failed (4000010); Bad filter (4000011): siteIds; Licence expired (4000040): renew it "
        "under Settings: "
    ) in str(caught.value)
    assert caught.value.problem.codes == {4000010, 4000011, 4000040}


async def test_every_error_of_graphql_is_told(console: Console, client: Client) -> None:
    """GraphQL's errors, too, whatever data is beside them."""
    console.script = [said({"errors": [{"message": "first"}, {"message": "second"}], "data": {"alerts": None}})]
    with pytest.raises(Refused, match="200 first; second: "):
        await client.graphql("/unifiedalerts/graphql", "{a}", {})


async def test_errors_without_end_are_bounded(console: Console, client: Client) -> None:
    """A thousand errors are told by the first few and their number."""
    errors = [{"title": f"error {number} {'x' * 150}", "detail": "y" * 150} for number in range(1000)]
    console.script = [said({"errors": errors}, 400)]
    with pytest.raises(Refused) as caught:
        await client.get("/threats")
    text = str(caught.value)
    assert "error 0" in text
    assert "error 3" in text
    assert "and 994 more)" in text
    assert len(text) < 3000


async def test_what_is_said_beside_data_holds_no_secret(console: Console, client: Client) -> None:
    """Notes are stored and shown, so neither the token nor the query of a link is in them."""
    echo = f"you sent {TOKEN}, see https://bucket.example.com/f?X-Amz-Signature=0123456789abcdef"
    console.script = [said({"data": [1], "errors": [{"code": 4000010, "title": "Echo", "detail": echo}]})]
    [note] = (await client.get("/threats")).notes
    assert note == "Echo (4000010): you sent ***, see https://bucket.example.com/f?..."


@pytest.mark.parametrize("depth", [1010, 5000])
@pytest.mark.parametrize("cursor", ["1", "2"])
async def test_an_alert_of_any_depth_is_known_again(depth: int, cursor: str) -> None:
    """A node that no parser takes is a record with its own text, whatever stands beside it, such as a cursor."""
    deep = '{"a":' * depth + "1" + "}" * depth
    edges = f'{{"cursor":"{cursor}","node":{deep},"z":1}},{{"node":{{"id":"2"}}}}'
    body = f'{{"data":{{"alerts":{{"edges":[{edges}]}}}}}}'.encode()

    async def no_token() -> str:
        return ""

    failures = Failures(Connection(console="default", url="http://127.0.0.1", token=no_token), "POST /x")
    answer = await answer_from(body, status=200, received=datetime.now(UTC), strict=True, failures=failures)
    first, second = replace(answer, at=("alerts", "edges"), inside="node").records()
    assert second.value == {"id": "2"}
    assert first.exact() == deep or canonical(first.exact()) == deep.encode()

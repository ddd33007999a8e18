from collections.abc import Callable
from typing import Any

import pytest

from s1ecs.api.client import Client
from s1ecs.errors import Refused
from s1ecs.records import NOT_UNICODE, ExactInteger, dumps

from .conftest import NOON
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
        ({"data": [], "errors": [SAYS]}, "noted", "fails"),
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
    """A 200 with `errors` fails a list if an entry says something beside no data, an action beside any data."""

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
        (error(403, 4030010, "No scope"), "403 No scope (4030010): the token's role"),
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

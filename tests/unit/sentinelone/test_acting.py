import pytest

from s1ecs.errors import ConsoleError, Forbidden, OutcomeUnknown, RateLimited, Refused
from s1ecs.sentinelone.client import Client

from .console import CLOSE, RESET, Console, cut_off, error, raw, said


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "answer", [RESET, CLOSE, cut_off(), error(500), error(503), error(408), error(499), raw(b"<html>"), raw(b"")]
)
async def test_an_uncertain_outcome_is_not_sent_again(
    console: Console, client: Client, method: str, answer: bytes | str
) -> None:
    """A request that acts and whose answer does not say what became of it is sent once, and so says its error."""
    console.script = [answer] * 3
    with pytest.raises(OutcomeUnknown):
        await client.act(method, "/agents/actions/disconnect", {"filter": {"ids": ["1"]}})
    assert [(seen.method, seen.body) for seen in console.seen] == [(method, b'{"filter":{"ids":["1"]}}')]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(403), Forbidden),
        (error(400), Refused),
        (error(501), Refused),
        (said({"data": {"affected": 1}, "errors": [{"title": "no"}]}), Refused),
    ],
)
async def test_a_refusal_is_certain(console: Console, client: Client, answer: bytes, kind: type[ConsoleError]) -> None:
    """Where the console says no, also beside data, the outcome is known."""
    console.script = [answer]
    with pytest.raises(kind) as caught:
        await client.act("POST", "/agents/actions/disconnect", {})
    assert not isinstance(caught.value, OutcomeUnknown)
    assert len(console.seen) == 1


async def test_what_was_surely_not_done_is_sent_again(console: Console, client: Client) -> None:
    """A pause that the console asks for is kept, and the request sent once more."""
    console.script = [error(429), said({"data": {"affected": 1}})]
    assert (await client.act("POST", "/agents/actions/disconnect", {})).data == {"affected": 1}
    console.script = [error(429)] * 9
    with pytest.raises(RateLimited):
        await client.act("POST", "/agents/actions/disconnect", {})


async def test_links_come_whole_where_they_are_asked_for(console: Console, client: Client) -> None:
    """Signatures of links are left out of every answer but the one that is asked for its links."""
    link = "https://bucket.example/a?X-Amz-Signature=0123456789"
    console.script = [said({"data": {"downloadUrl": link}})] * 2
    assert (await client.post_for_links("/remote-scripts/fetch-files", {})).data["downloadUrl"] == link
    assert "0123456789" not in str((await client.post("/remote-scripts/fetch-files", {}, repeatable=True)).data)

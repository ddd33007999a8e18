"""Who may act, and which bodies are refused."""

from typing import Any

import pytest

from s1ecs.standin.actions.endpoints import ENDPOINTS
from s1ecs.standin.tokens import ACTING

from .acting import Actor, actor, ids
from .conftest import API

__all__ = ["actor"]

_ACTS = [each for each in ENDPOINTS if each.acts(b"") and each.needs in ACTING]
_NEEDED = sorted({each.needs for each in ENDPOINTS if each.needs in ACTING})


def path(template: str) -> str:
    """The path with ids in it."""
    return "/".join("999999999999999999" if part.startswith("{") else part for part in template.split("/"))


def test_a_viewer_only_looks(actor: Actor) -> None:
    """The tokens for collecting are refused every action with 403, but for notes and what a Viewer may see."""
    actor.by("good")
    refused = {
        each.path for each in _ACTS if actor.client.request(each.method, API + path(each.path)).status_code == 403
    }
    assert {each.path for each in _ACTS} - refused == {"/threats/notes"}


@pytest.mark.parametrize("permission", _NEEDED)
def test_each_permission_can_be_missing(actor: Actor, permission: str) -> None:
    """`no-<permission>` is refused what needs it, and nothing else."""
    actor.by(f"no-{permission}")
    for each in ENDPOINTS:
        status = actor.client.request(each.method, API + path(each.path)).status_code
        assert (status == 403) == (each.needs == permission), each.path


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"filter": None},
        {"filter": []},
        {"filter": {"ids": []}},
        {"filter": {"ids": ["12"]}},
        {"filter": {"ids": [999999999999999999]}},
        {"filter": {"ids": {"a": 1}}},
        {"filter": {"ids": ["999999999999999999"]}, "data": []},
        {"filter": {"ids": ["999999999999999999"]}, "data": {"more": 1}},
        {"filter": {"ids": ["999999999999999999"]}, "more": 1},
    ],
)
@pytest.mark.parametrize("template", ["/agents/actions/disconnect", "/threats/mitigate/kill"])
def test_bad_bodies(actor: Actor, template: str, body: Any) -> None:
    """No filter, another shape, ids too small, names of no filter and keys of no body are refused with 400."""
    (error,) = actor.post(template, body, 400)["errors"]
    assert error["code"] == 4000010


def test_a_name_of_no_filter(actor: Actor) -> None:
    """`agentIds`, which one public client sends, is no filter of agents."""
    (error,) = actor.post("/agents/actions/disconnect", {"filter": {"agentIds": ["999999999999999999"]}}, 400)["errors"]
    assert error["detail"] == "agentIds: unknown parameter"


@pytest.mark.parametrize("data", [None, {}, {"message": ""}, {"message": "x" * 141}, {"message": 3}])
def test_bad_messages(actor: Actor, data: Any) -> None:
    """A message has 1 to 140 characters."""
    body = ids(actor.agents()[0]) | ({} if data is None else {"data": data})
    actor.post("/agents/actions/broadcast", body, 400)


@pytest.mark.parametrize("data", [None, {}, {"shouldReboot": "yes"}])
def test_disabling_needs_to_know_about_the_reboot(actor: Actor, data: Any) -> None:
    """`shouldReboot` is required."""
    body = ids(actor.agents()[0]) | ({} if data is None else {"data": data})
    actor.post("/agents/actions/disable-agent", body, 400)


def test_ids_as_a_list_or_a_text(actor: Actor) -> None:
    """Both are taken, a text with commas too."""
    first, second = actor.agents()[:2]
    for value, affected in (
        ([first["id"]], 1),
        (first["id"], 1),
        (f"{first['id']},{second['id']}", 2),
    ):
        answered = actor.post("/agents/actions/connect", {"filter": {"ids": value}})
        assert answered["data"]["affected"] == affected

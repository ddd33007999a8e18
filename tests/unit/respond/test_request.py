from typing import Any

import pytest

from s1ecs.errors import ActionWithoutTarget
from s1ecs.respond.actions.action import Action, On
from s1ecs.respond.actions.body_template import Slot
from s1ecs.respond.actions.request import GRAPHQL, make_request
from s1ecs.respond.actions.table import ACTIONS

ID = "225494730938493804"
VALUES: dict[str, Any] = {
    "id": ID,
    "each": "linux",
    "items": [ID],
    "scope_filter": {"siteIds": [ID]},
    "scope_filter_and_items": {"siteIds": [ID], "uuids": ["2cffae87"]},
    "password": "a-made-up-password",
    "paths": ["/tmp/a"],  # noqa: S108 - a path on a host
    "word": "kill",
    "group": ID,
    "should_reboot": False,
}


def _values() -> dict[str, Any]:
    names = [
        "message",
        "text",
        "verdict",
        "status",
        "script",
        "task",
        "input",
        "value",
        "sha1",
        "sha256",
        "type",
        "source",
    ]
    names += ["description", "name", "valid_until", "external_id"]
    return {**dict.fromkeys(names, "something"), **VALUES}


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda action: action.name)
def test_every_request_names_what_it_acts_on(action: Action) -> None:
    """Each row's request is made for one target, and can't be made once its id, items or scope are empty."""
    values = _values()
    made = make_request(action.method, action.path, action.body, values, action.drawn)
    assert ID in str(made.body) + made.path
    emptied = ("id",) if action.on is not On.SCOPE else ("items", "scope_filter", "scope_filter_and_items")
    empties: tuple[Any, ...] = ("", [], {})
    for empty in empties:
        nothing = {**values, **{name: empty if name != "id" else "" for name in emptied}}
        with pytest.raises(ActionWithoutTarget):
            make_request(action.method, action.path, action.body, nothing, action.drawn)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/agents/actions/disconnect", {}),
        ("/agents/actions/disconnect", {"filter": {}}),
        ("/agents/actions/disconnect", {"filter": None}),
        ("/agents/actions/disconnect", {"filter": {"ids": []}}),
        ("/agents/actions/disconnect", {"filter": {"ids": [""]}}),
        ("/agents/actions/disconnect", {"filter": {"computerName": "ws-1"}}),
        ("/agents/actions/disconnect", {"filter": {"ids": [ID], "siteIds": []}}),
        ("/remote-scripts/execute", {"filter": {}, "data": {"scriptId": ID}}),
        ("/restrictions", {"data": {"value": "x"}, "filter": {"siteIds": [ID], "groupIds": [ID]}}),
        ("/restrictions", {"data": {"value": "x"}, "filter": {"tenant": False}}),
        ("/threat-intelligence/iocs", {"filter": {"accountIds": []}, "data": []}),
        (GRAPHQL, {"query": "mutation", "variables": {}}),
        (GRAPHQL, {"query": "mutation", "variables": {"filter": {"or": [{"and": []}]}}}),
    ],
)
def test_an_empty_filter_is_never_made(path: str, body: Any) -> None:
    """A request without a filter, with an empty one or with an empty part in it would hit every host: it is refused."""
    with pytest.raises(ActionWithoutTarget):
        make_request("POST", path, body, {}, frozenset())


def test_what_is_drawn_anew_is_not_shown() -> None:
    """What is shown of a request has `***` where a secret goes out, and no text of the request itself tells it."""
    body = {"data": {"password": Slot("password")}, "filter": {"ids": [Slot("id")]}}
    made = make_request("POST", "/threats/fetch-file", body, VALUES, frozenset({"password"}))
    assert made.body["data"]["password"] == VALUES["password"]
    assert made.shown["body"]["data"]["password"] == "***"
    assert VALUES["password"] not in repr({"request": made.shown}) + str(made.shown)

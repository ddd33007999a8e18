"""Actions on unified alerts, those of the stream unified_alert: the mutation alertTriggerActions."""

import re
from typing import Any

from s1ecs.respond import validators
from s1ecs.respond.actions.action import Action, Answers, Argument, On
from s1ecs.respond.actions.body_template import Slot
from s1ecs.respond.actions.request import GRAPHQL
from s1ecs.respond.trackers.traces import UnifiedField

_MUTATION = """\
mutation TriggerActions($filter: OrFilterSelectionInput!, $actions: [TriggerActionInput!]!, $viewType: ViewType) {
  alertTriggerActions(filter: $filter, actions: $actions, viewType: $viewType) {
    __typename
    ... on ActionsTriggered { actions { success { __typename } failure { errorMessage } } }
  }
}
"""
_PERMISSION = "Unified Alerts -> Edit"
_REFUSED = "A rejected change has HTTP status 200 and lists the alert under `failure[]`: the action has failed."
_OTHER_IDS = "Ids of unified alerts differ from those of `s1ecs respond alert`."


def _body(action: str, payload: str, argument: str) -> dict[str, Any]:
    return {
        "query": _MUTATION,
        "variables": {
            "filter": {"or": [{"and": [{"fieldId": "id", "stringEqual": {"value": Slot("id")}}]}]},
            "actions": [{"id": action, "payload": {payload: {"value": Slot(argument)}}}],
            "viewType": "ALL",
        },
    }


def _verdict(text: str) -> str:
    if not re.fullmatch(r"[A-Z]+(_[A-Z]+)*", text):
        raise validators.NoChoice(f"{text!r} is not a verdict such as TRUE_POSITIVE_MALWARE")
    return text


UNIFIED_ALERTS = (
    Action(
        "unified-alert verdict",
        "Set the analyst verdict of a unified alert.",
        "Set the verdict of {target} to {verdict}",
        On.UNIFIED_ALERT,
        _PERMISSION,
        "POST",
        GRAPHQL,
        _body("S1/alert/analystVerdictUpdate", "analystVerdict", "verdict"),
        Answers.TRIGGERED,
        "s1ecs respond unified-alert verdict 0192b1f4-6c1e-7d3a-9d0e-3f5f5b6f3a11 FALSE_POSITIVE_BENIGN",
        "check the verdict of the alert",
        arguments=(
            Argument(
                "verdict",
                "Analyst verdict.",
                _verdict,
                limit="a value of the console, such as TRUE_POSITIVE_MALWARE or FALSE_POSITIVE_BENIGN",
            ),
        ),
        follower=UnifiedField("analystVerdict", "verdict"),
        troubles=(_REFUSED, _OTHER_IDS),
    ),
    Action(
        "unified-alert status",
        "Set the status of a unified alert.",
        "Set the status of {target} to {status}",
        On.UNIFIED_ALERT,
        _PERMISSION,
        "POST",
        GRAPHQL,
        _body("S1/alert/statusUpdate", "status", "status"),
        Answers.TRIGGERED,
        "s1ecs respond unified-alert status 0192b1f4-6c1e-7d3a-9d0e-3f5f5b6f3a11 RESOLVED",
        "check the status of the alert",
        arguments=(Argument("status", "Status of the alert.", str, choices=("NEW", "IN_PROGRESS", "RESOLVED")),),
        follower=UnifiedField("status", "status"),
        troubles=(_REFUSED, _OTHER_IDS),
    ),
    Action(
        "unified-alert note",
        "Add a note to a unified alert.",
        "Add the note to {target}",
        On.UNIFIED_ALERT,
        _PERMISSION,
        "POST",
        GRAPHQL,
        _body("S1/alert/addNote", "note", "text"),
        Answers.TRIGGERED,
        "s1ecs respond unified-alert note 0192b1f4-6c1e-7d3a-9d0e-3f5f5b6f3a11 'case 17'",
        "check the notes of the alert",
        arguments=(Argument("text", "Text of the note.", validators.words),),
        troubles=(_REFUSED, _OTHER_IDS),
    ),
)

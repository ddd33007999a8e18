"""Actions on unified alerts, those of the stream unified_alert: the mutation alertTriggerActions."""

import re
from typing import Any

from s1ecs.respond import limits
from s1ecs.respond.action import Action, Answers, Argument, On
from s1ecs.respond.following.traces import UnifiedField
from s1ecs.respond.request import GRAPHQL
from s1ecs.respond.template import Slot

_MUTATION = """\
mutation TriggerActions($filter: OrFilterSelectionInput!, $actions: [TriggerActionInput!]!, $viewType: ViewType) {
  alertTriggerActions(filter: $filter, actions: $actions, viewType: $viewType) {
    __typename
    ... on ActionsTriggered { actions { success { __typename } failure { errorMessage } } }
  }
}
"""
_PERMISSION = "Unified Alerts -> Edit"
_REFUSED = "A write that is refused comes as if it were done, with the alert under `failure[]`: the action failed."
_OTHER_IDS = "The ids of unified alerts differ from those of `s1ecs respond alert`."


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
        raise ValueError(f"{text!r} is no verdict such as TRUE_POSITIVE_MALWARE")
    return text


UNIFIED_ALERTS = (
    Action(
        "unified-alert verdict",
        "Set the analyst's verdict on a unified alert.",
        On.UNIFIED_ALERT,
        _PERMISSION,
        "POST",
        GRAPHQL,
        _body("S1/alert/analystVerdictUpdate", "analystVerdict", "verdict"),
        Answers.TRIGGERED,
        "s1ecs respond unified-alert verdict 0192b1f4-6c1e-7d3a-9d0e-3f5f5b6f3a11 FALSE_POSITIVE_BENIGN",
        "look at the alert's verdict",
        arguments=(
            Argument(
                "verdict",
                "The analyst's verdict.",
                _verdict,
                limit="as the console calls it, such as TRUE_POSITIVE_MALWARE or FALSE_POSITIVE_BENIGN",
            ),
        ),
        follower=UnifiedField("analystVerdict", "verdict"),
        troubles=(_REFUSED, _OTHER_IDS),
    ),
    Action(
        "unified-alert status",
        "Set the status of a unified alert.",
        On.UNIFIED_ALERT,
        _PERMISSION,
        "POST",
        GRAPHQL,
        _body("S1/alert/statusUpdate", "status", "status"),
        Answers.TRIGGERED,
        "s1ecs respond unified-alert status 0192b1f4-6c1e-7d3a-9d0e-3f5f5b6f3a11 RESOLVED",
        "look at the alert's status",
        arguments=(Argument("status", "The alert's status.", str, choices=("NEW", "IN_PROGRESS", "RESOLVED")),),
        follower=UnifiedField("status", "status"),
        troubles=(_REFUSED, _OTHER_IDS),
    ),
    Action(
        "unified-alert note",
        "Add a note to a unified alert.",
        On.UNIFIED_ALERT,
        _PERMISSION,
        "POST",
        GRAPHQL,
        _body("S1/alert/addNote", "note", "text"),
        Answers.TRIGGERED,
        "s1ecs respond unified-alert note 0192b1f4-6c1e-7d3a-9d0e-3f5f5b6f3a11 'case 17'",
        "look at the alert's notes",
        arguments=(Argument("text", "The note.", limits.words),),
        troubles=(_REFUSED, _OTHER_IDS),
    ),
)

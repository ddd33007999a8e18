"""Actions on alerts of STAR rules, those of the stream alert: POST /cloud-detection/alerts/..."""

from s1ecs.respond.action import Action, Answers, Argument, On
from s1ecs.respond.following.field import Field
from s1ecs.respond.table.threats import STATUSES, VERDICTS
from s1ecs.respond.template import Slot

_THIS = {"ids": [Slot("id")]}
_PATH = "/cloud-detection/alerts"
_NOT_AFFECTED = "`affected: 0`: the token may not act on this alert, or there is nothing to change."

ALERTS = (
    Action(
        "alert verdict",
        "Set the analyst's verdict on an alert.",
        On.ALERT,
        "Custom Alerts -> Update Analyst Verdict",
        "POST",
        f"{_PATH}/analyst-verdict",
        {"data": {"analystVerdict": Slot("verdict")}, "filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond alert verdict 225494730938493804 true_positive",
        "look at the alert's verdict",
        arguments=(Argument("verdict", "The analyst's verdict.", str, choices=VERDICTS),),
        follower=Field(_PATH, "alertInfo.analystVerdict", argument="verdict"),
        troubles=(_NOT_AFFECTED,),
    ),
    Action(
        "alert status",
        "Set the incident status of an alert.",
        On.ALERT,
        "Custom Alerts -> Update Incident Status",
        "POST",
        f"{_PATH}/incident",
        {"data": {"incidentStatus": Slot("status")}, "filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond alert status 225494730938493804 in_progress",
        "look at the alert's incident status",
        arguments=(Argument("status", "The incident's status.", str, choices=STATUSES),),
        follower=Field(_PATH, "alertInfo.incidentStatus", argument="status"),
        troubles=(_NOT_AFFECTED,),
    ),
)

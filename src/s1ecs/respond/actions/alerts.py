"""Actions on alerts of STAR rules, those of the stream alert: POST /cloud-detection/alerts/..."""

from s1ecs.respond.actions.action import Action, Answers, Argument, On
from s1ecs.respond.actions.body_template import Slot
from s1ecs.respond.actions.threats import STATUSES, VERDICTS
from s1ecs.respond.trackers.field import FieldTracker

_THIS = {"ids": [Slot("id")]}
_PATH = "/cloud-detection/alerts"
_NOT_AFFECTED = "`affected: 0`: the token may not act on this alert, or there is nothing to change."

ALERTS = (
    Action(
        "alert verdict",
        "Set the analyst verdict of an alert.",
        "Set the verdict of {target} to {verdict}",
        On.ALERT,
        "Custom Alerts -> Update Analyst Verdict",
        "POST",
        f"{_PATH}/analyst-verdict",
        {"data": {"analystVerdict": Slot("verdict")}, "filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond alert verdict 225494730938493804 true_positive",
        "check the verdict of the alert",
        arguments=(Argument("verdict", "Analyst verdict.", str, choices=VERDICTS),),
        follower=FieldTracker(_PATH, "alertInfo.analystVerdict", argument="verdict"),
        troubles=(_NOT_AFFECTED,),
    ),
    Action(
        "alert status",
        "Set the incident status of an alert.",
        "Set the status of {target} to {status}",
        On.ALERT,
        "Custom Alerts -> Update Incident Status",
        "POST",
        f"{_PATH}/incident",
        {"data": {"incidentStatus": Slot("status")}, "filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond alert status 225494730938493804 in_progress",
        "check the incident status of the alert",
        arguments=(Argument("status", "Incident status.", str, choices=STATUSES),),
        follower=FieldTracker(_PATH, "alertInfo.incidentStatus", argument="status"),
        troubles=(_NOT_AFFECTED,),
    ),
)

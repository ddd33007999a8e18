"""Actions on threats: POST /threats/..."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from s1ecs.respond import validators
from s1ecs.respond.actions.action import EVERY_SYSTEM, MACOS, WINDOWS, Action, Answers, Argument, On
from s1ecs.respond.actions.body_template import Slot
from s1ecs.respond.trackers.field import FieldTracker
from s1ecs.respond.trackers.files import ThreatFile
from s1ecs.respond.trackers.threats import MitigationTracker, Note

VERDICTS = ("true_positive", "false_positive", "suspicious", "undefined")
STATUSES = ("unresolved", "in_progress", "resolved")
_THIS = {"ids": [Slot("id")]}
_UNCHANGED = "`already_set` or `not_changed`: the value was set already; the action is done, with that reason."
_NOT_AFFECTED = "`affected: 0`: the token may not act on this threat; the details of the response give the reason."

# The words of the path; those of `mitigationStatus` are other ones.
_PATH_WORDS = {
    "kill": "kill",
    "quarantine": "quarantine",
    "unquarantine": "un-quarantine",
    "remediate": "remediate",
    "rollback": "rollback-remediation",
}
MITIGATION_SYSTEMS = {"rollback": WINDOWS, "remediate": WINDOWS | MACOS}

_VERDICT = Argument("verdict", "Analyst verdict.", str, choices=VERDICTS)
_STATUS = Argument("status", "Incident status.", str, choices=STATUSES)


def _mitigation(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**arguments, "word": _PATH_WORDS[arguments["mitigation"]]}


THREATS = (
    Action(
        "threat mitigate",
        "Kill, quarantine, unquarantine, remediate or roll back a threat.",
        "{mitigation} {target}",
        On.THREAT,
        "Threats -> Kill, Quarantine, Unquarantine, Remediate or Rollback",
        "POST",
        "/threats/mitigate/{word}",
        {"filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond threat mitigate 225494730938493804 quarantine",
        "check the mitigations of the threat",
        arguments=(
            Argument(
                "mitigation",
                "Mitigation to apply.",
                str,
                choices=tuple(_PATH_WORDS),
                limit="rollback: Windows only; remediate: Windows and macOS",
            ),
        ),
        follower=MitigationTracker(),
        values=_mitigation,
        patience=timedelta(minutes=10),
        troubles=(
            _NOT_AFFECTED,
            "The agent is offline: the mitigation is pending until it is back online.",
            "The mitigation requires a restart of the host (`pending-reboot`); the action is pending until then.",
        ),
    ),
    Action(
        "threat verdict",
        "Set the analyst verdict of a threat.",
        "Set the verdict of {target} to {verdict}",
        On.THREAT,
        "Threats -> Update Analyst Verdict",
        "POST",
        "/threats/analyst-verdict",
        {"data": {"analystVerdict": Slot("verdict")}, "filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond threat verdict 225494730938493804 false_positive",
        "check the verdict of the threat",
        arguments=(_VERDICT,),
        follower=FieldTracker("/threats", "threatInfo.analystVerdict", argument="verdict"),
        troubles=(_UNCHANGED, _NOT_AFFECTED),
    ),
    Action(
        "threat status",
        "Set the incident status of a threat and, optionally, its verdict.",
        "Set the status of {target} to {status}",
        On.THREAT,
        "Threats -> Update Incident Status",
        "POST",
        "/threats/incident",
        {"data": {"incidentStatus": Slot("status"), "analystVerdict": Slot("verdict")}, "filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond threat status 225494730938493804 resolved --verdict true_positive",
        "check the incident status of the threat",
        arguments=(
            _STATUS,
            Argument(
                "verdict",
                "Verdict to set as well. Default: unchanged.",
                str,
                flag="--verdict",
                needed=False,
                choices=VERDICTS,
            ),
        ),
        values=lambda arguments: {"verdict": None, **arguments},
        follower=FieldTracker(
            "/threats",
            "threatInfo.incidentStatus",
            argument="status",
            also={"threatInfo.analystVerdict": "verdict"},
        ),
        troubles=(_UNCHANGED, _NOT_AFFECTED),
    ),
    Action(
        "threat note",
        "Add a note to a threat.",
        "Add the note to {target}",
        On.THREAT,
        "Threats -> View",
        "POST",
        "/threats/notes",
        {"data": {"text": Slot("text")}, "filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond threat note 225494730938493804 'seen on three hosts, case 17'",
        "check the notes of the threat",
        arguments=(Argument("text", "Text of the note.", validators.words),),
        follower=Note(),
        troubles=(_NOT_AFFECTED,),
    ),
    Action(
        "threat fetch-file",
        "Fetch the file of a threat as a ZIP with a random password.",
        "Fetch the file of {target}",
        On.THREAT,
        "Threats -> Fetch Threat File",
        "POST",
        "/threats/fetch-file",
        {"data": {"password": Slot("password")}, "filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond threat fetch-file 225494730938493804 --to evidence",
        "look for the activity 'initiated a fetch threat file command' of the threat",
        follower=ThreatFile(),
        drawn=frozenset({"password"}),
        patience=timedelta(minutes=10),
        longest=timedelta(days=3),
        brings_file=True,
        troubles=(
            _NOT_AFFECTED,
            "The agent is offline, or the file no longer exists on the host: nothing is uploaded.",
            "The console deletes fetched files after 3 days, or earlier once more than 30 files have been fetched.",
        ),
    ),
)


def mitigation_systems(arguments: Mapping[str, Any]) -> frozenset[str]:
    """The operating systems on which a mitigation can be done; none: on all."""
    return MITIGATION_SYSTEMS.get(str(arguments.get("mitigation")), EVERY_SYSTEM)

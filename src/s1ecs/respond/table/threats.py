"""Actions on threats: POST /threats/..."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from s1ecs.respond import limits
from s1ecs.respond.action import EVERY_SYSTEM, MACOS, WINDOWS, Action, Answers, Argument, On
from s1ecs.respond.following.field import Field
from s1ecs.respond.following.files import ThreatFile
from s1ecs.respond.following.threats import Mitigation, Note
from s1ecs.respond.template import Slot

VERDICTS = ("true_positive", "false_positive", "suspicious", "undefined")
STATUSES = ("unresolved", "in_progress", "resolved")
_THIS = {"ids": [Slot("id")]}
_UNCHANGED = "`already_set` or `not_changed`: it was so before; the action is done, and says so."
_NOT_AFFECTED = "`affected: 0`: the token may not act on this threat; the answer's details say why."

# The words of the path; those of `mitigationStatus` are other ones.
_PATH_WORDS = {
    "kill": "kill",
    "quarantine": "quarantine",
    "unquarantine": "un-quarantine",
    "remediate": "remediate",
    "rollback": "rollback-remediation",
}
MITIGATION_SYSTEMS = {"rollback": WINDOWS, "remediate": WINDOWS | MACOS}

_VERDICT = Argument("verdict", "The analyst's verdict.", str, choices=VERDICTS)
_STATUS = Argument("status", "The incident's status.", str, choices=STATUSES)


def _mitigation(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**arguments, "word": _PATH_WORDS[arguments["mitigation"]]}


THREATS = (
    Action(
        "threat mitigate",
        "Kill, quarantine, remediate or roll back a threat.",
        On.THREAT,
        "Threats -> Kill, Quarantine, Unquarantine, Remediate or Rollback",
        "POST",
        "/threats/mitigate/{word}",
        {"filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond threat mitigate 225494730938493804 quarantine",
        "look at the mitigations of the threat",
        arguments=(
            Argument(
                "mitigation",
                "What is done to it.",
                str,
                choices=tuple(_PATH_WORDS),
                limit="rollback: Windows only; remediate: Windows and macOS",
            ),
        ),
        follower=Mitigation(),
        values=_mitigation,
        patience=timedelta(minutes=10),
        troubles=(
            _NOT_AFFECTED,
            "The agent is offline: the mitigation is pending until it is back.",
            "The mitigation waits for a restart of the host (`pending-reboot`); the action is pending until then.",
        ),
    ),
    Action(
        "threat verdict",
        "Set the analyst's verdict on a threat.",
        On.THREAT,
        "Threats -> Update Analyst Verdict",
        "POST",
        "/threats/analyst-verdict",
        {"data": {"analystVerdict": Slot("verdict")}, "filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond threat verdict 225494730938493804 false_positive",
        "look at the threat's verdict",
        arguments=(_VERDICT,),
        follower=Field("/threats", "threatInfo.analystVerdict", argument="verdict"),
        troubles=(_UNCHANGED, _NOT_AFFECTED),
    ),
    Action(
        "threat status",
        "Set the incident status of a threat, and the verdict with it where wanted.",
        On.THREAT,
        "Threats -> Update Incident Status",
        "POST",
        "/threats/incident",
        {"data": {"incidentStatus": Slot("status"), "analystVerdict": Slot("verdict")}, "filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond threat status 225494730938493804 resolved --verdict true_positive",
        "look at the threat's incident status",
        arguments=(
            _STATUS,
            Argument("verdict", "Also set this verdict.", str, flag="--verdict", needed=False, choices=VERDICTS),
        ),
        values=lambda arguments: {"verdict": None, **arguments},
        follower=Field(
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
        On.THREAT,
        "Threats -> View",
        "POST",
        "/threats/notes",
        {"data": {"text": Slot("text")}, "filter": _THIS},
        Answers.AFFECTED,
        "s1ecs respond threat note 225494730938493804 'seen on three hosts, case 17'",
        "look at the threat's notes",
        arguments=(Argument("text", "The note.", limits.words),),
        follower=Note(),
        troubles=(_NOT_AFFECTED,),
    ),
    Action(
        "threat fetch-file",
        "Fetch the file of a threat, as a zip with a password that is made for this request.",
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
        brings_file=True,
        troubles=(
            _NOT_AFFECTED,
            "The agent is offline, or the file is gone from the host: nothing is uploaded.",
            "The console deletes fetched files after 3 days, and earlier once more than 30 were fetched.",
        ),
    ),
)


def mitigation_systems(arguments: Mapping[str, Any]) -> frozenset[str]:
    """The operating systems on which a mitigation can be done; none: on all."""
    return MITIGATION_SYSTEMS.get(str(arguments.get("mitigation")), EVERY_SYSTEM)

"""Python functions for actions on threats, alerts and unified alerts."""

from s1ecs.respond.run.engine import Following, act
from s1ecs.respond.run.result import Result
from s1ecs.respond.session import ActionConsole


async def threat_mitigate(
    console: ActionConsole, threat: str, mitigation: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Do one of kill, quarantine, unquarantine, remediate, rollback to a threat: POST /threats/mitigate/{word}.

    `threat` is its id; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(
        console, "threat mitigate", threat, {"mitigation": mitigation}, comment=comment, following=following
    )


async def threat_verdict(
    console: ActionConsole, threat: str, verdict: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Set true_positive, false_positive, suspicious or undefined: POST /threats/analyst-verdict.

    `threat` is its id; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "threat verdict", threat, {"verdict": verdict}, comment=comment, following=following)


async def threat_status(
    console: ActionConsole,
    threat: str,
    status: str,
    *,
    verdict: str | None = None,
    comment: str = "",
    following: Following | None = None,
) -> Result:
    """Set unresolved, in_progress or resolved, and a verdict with it where given: POST /threats/incident.

    `threat` is its id; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(
        console, "threat status", threat, {"status": status, "verdict": verdict}, comment=comment, following=following
    )


async def threat_note(
    console: ActionConsole, threat: str, text: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Add a note to a threat: POST /threats/notes.

    `threat` is its id; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "threat note", threat, {"text": text}, comment=comment, following=following)


async def threat_fetch_file(
    console: ActionConsole, threat: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Fetch the file of a threat as a zip with a password of its own: POST /threats/fetch-file.

    `threat` is its id; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "threat fetch-file", threat, {}, comment=comment, following=following)


async def alert_verdict(
    console: ActionConsole, alert: str, verdict: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Set true_positive, false_positive, suspicious or undefined: POST /cloud-detection/alerts/analyst-verdict.

    `alert` is its id; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "alert verdict", alert, {"verdict": verdict}, comment=comment, following=following)


async def alert_status(
    console: ActionConsole, alert: str, status: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Set unresolved, in_progress or resolved: POST /cloud-detection/alerts/incident.

    `alert` is its id; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "alert status", alert, {"status": status}, comment=comment, following=following)


async def unified_alert_verdict(
    console: ActionConsole, alert: str, verdict: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Set a verdict such as TRUE_POSITIVE_MALWARE: POST /unifiedalerts/graphql.

    `alert` is its id; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(
        console, "unified-alert verdict", alert, {"verdict": verdict}, comment=comment, following=following
    )


async def unified_alert_status(
    console: ActionConsole, alert: str, status: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Set NEW, IN_PROGRESS or RESOLVED: POST /unifiedalerts/graphql.

    `alert` is its id; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "unified-alert status", alert, {"status": status}, comment=comment, following=following)


async def unified_alert_note(
    console: ActionConsole, alert: str, text: str, *, comment: str = "", following: Following | None = None
) -> Result:
    """Add a note to a unified alert: POST /unifiedalerts/graphql.

    `alert` is its id; `comment` goes to the audit trail, `following` says how to wait.
    Raises ConsoleError types where the console can't be asked, StateError where the action can't be written down;
    whatever else keeps it from being done is told by the result.
    """
    return await act(console, "unified-alert note", alert, {"text": text}, comment=comment, following=following)

"""The tokens that the stand-in knows, and whose they are.

| token           | answers                                                                          |
|-----------------|----------------------------------------------------------------------------------|
| `wrong`         | 401 to everything that needs a token                                             |
| `expired`       | 401 to everything that needs a token, as a console does once a token has expired |
| `forbidden`     | 403 to the data streams; its user, its expiry and /system/info can be read       |
| `no-<stream>`   | 403 to that stream, such as `no-activity`; `no-threat` to the threat events too    |
| `expiring`      | all; 10 days of its life are left                                                |
| `expiring-now`  | all; 1 day of its life is left                                                   |
| `admin`         | all, and may act; its user has the role Admin                                    |
| `actor`         | all, and may act; its user has the role IR Team                                  |
| `actor-site`    | as `actor`, but sees and acts on the first site of the organisation only         |
| `actor-accounts`| as `actor`, but 403 with code 4030010 to the indicators, as of several accounts  |
| `no-<acting>`   | as `actor`, but 403 to what needs that permission: `no-Endpoints.fileFetch`      |
| `account-<id>`  | all, as a token of that account, whichever the stand-in's is                     |
| `tenant`        | all; its user is of the whole tenant, so that no account tells which it is       |
| any other       | all; its user has the role Viewer, and 30 days of its life are left              |

Only where it says so may a token act: a Viewer is refused with 403, but may write notes to threats
(Threats.view), and sees the library and the tasks of scripts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from s1ecs.standin import invent, words
from s1ecs.standin.organisation import Organisation

_LIFE = timedelta(days=30)
_OF_ACCOUNT = "account-"

Permission = Literal[
    "Activity",
    "Applications",
    "Applications risks",
    "Endpoints",
    "Groups",
    "STAR Rule Alerts",
    "Threats",
    "Unified Alerts",
]
# What acting needs, beside the permissions to look.
Acting = Literal[
    "Blacklist.create",
    "Blacklist.edit",
    "CustomAlerts.updateAnalystVerdict",
    "CustomAlerts.updateIncidentStatus",
    "Endpoints.abortScan",
    "Endpoints.decommission",
    "Endpoints.disableAgent",
    "Endpoints.disconnectFromNetwork",
    "Endpoints.enableAgent",
    "Endpoints.fileFetch",
    "Endpoints.initiateScan",
    "Endpoints.reboot",
    "Endpoints.reconnectToNetwork",
    "Endpoints.sendMessage",
    "Endpoints.shutDown",
    "Endpoints.uninstall",
    "Groups.moveToGroup",
    "RemoteScriptOrchestration.reviewPendingExecutions",
    "RemoteScriptOrchestration.runActionScript",
    "RemoteScriptOrchestration.runArtifactCollectionScript",
    "RemoteScriptOrchestration.runDataCollectionScript",
    "RemoteScriptOrchestration.view",
    "TaskManagement.view",
    "ThreatIntelligence.manage",
    "ThreatIntelligence.view",
    "Threats.fetchThreatFile",
    "Threats.kill",
    "Threats.quarantine",
    "Threats.remediate",
    "Threats.rollback",
    "Threats.unquarantine",
    "Threats.updateAnalystVerdict",
    "Threats.updateIncidentStatus",
    "Threats.view",
    "UnifiedAlerts.edit",
]
ACTING: tuple[Acting, ...] = get_args(Acting)
# Those that a Viewer has: they only look.
_LOOKING: tuple[Acting, ...] = (
    "RemoteScriptOrchestration.view",
    "TaskManagement.view",
    "ThreatIntelligence.view",
    "Threats.view",
)
_NOT_A_VIEWERS = frozenset(ACTING) - frozenset(_LOOKING)

# What a stream's records need; of the threat events it is that of the threats.
_PERMISSIONS: Mapping[str, Permission] = {
    "activity": "Activity",
    "agent": "Endpoints",
    "alert": "STAR Rule Alerts",
    "application": "Applications",
    "application_risk": "Applications risks",
    "group": "Groups",
    "threat": "Threats",
    "unified_alert": "Unified Alerts",
}


@dataclass(frozen=True)
class Token:
    """Token of the stand-in: permissions, owner, and lifetime left when the console starts."""

    user_id: str
    user_name: str
    role: str = "Viewer"
    is_good: bool = True
    lacks: frozenset[Permission | Acting] = _NOT_A_VIEWERS
    left: timedelta = _LIFE
    # The number of the one site that it is for.
    site: int | None = None
    of_many_accounts: bool = False
    # The id of its account, where that is not the organisation's first.
    account: str | None = None
    of_tenant: bool = False


_ORDINARY = Token("1800000000000000001", "Collector Viewer")
_SPECIAL = {
    "wrong": Token("1800000000000000002", "Nobody", is_good=False),
    "expired": Token("1800000000000000003", "Collector Expired", is_good=False, left=timedelta(days=-1)),
    "forbidden": Token(
        "1800000000000000004",
        "Collector Without Permission",
        role="No Data",
        lacks=frozenset((*_PERMISSIONS.values(), *ACTING)),
    ),
    "expiring": Token("1800000000000000005", "Collector Expiring", left=timedelta(days=10)),
    "expiring-now": Token("1800000000000000006", "Collector Expiring Now", left=timedelta(days=1)),
    "admin": Token("1800000000000000007", "Collector Admin", role="Admin", lacks=frozenset()),
    **{
        f"no-{stream}": Token(
            str(1800000000000000008 + number),
            f"Collector Without {permission}",
            role=f"No {permission}",
            lacks=_NOT_A_VIEWERS | {permission},
        )
        for number, (stream, permission) in enumerate(_PERMISSIONS.items())
    },
    "tenant": Token("1800000000000000090", "Tenant Viewer", of_tenant=True),
    "actor": Token("1800000000000000100", "Responder", role="IR Team", lacks=frozenset()),
    "actor-site": Token("1800000000000000101", "Site Responder", role="IR Team", lacks=frozenset(), site=0),
    "actor-accounts": Token(
        "1800000000000000102", "Accounts Responder", role="IR Team", lacks=frozenset(), of_many_accounts=True
    ),
    **{
        f"no-{acting}": Token(
            str(1800000000000000103 + number),
            f"Responder Without {acting}",
            role=f"No {acting}",
            lacks=frozenset({acting}),
        )
        for number, acting in enumerate(ACTING)
    },
}


def find(value: str) -> Token:
    """Return what is known of the token of that value."""
    account = value.removeprefix(_OF_ACCOUNT)
    if account != value and account.isdigit():
        return replace(_ORDINARY, account=account)
    return _SPECIAL.get(value, _ORDINARY)


def of_user(user_id: str) -> Token | None:
    """Return the token of the console user of that id, if there is one."""
    return next((token for token in (_ORDINARY, *_SPECIAL.values()) if token.user_id == user_id), None)


def details(token: Token, now: datetime) -> dict[str, str]:
    """Return when the token was made and when it expires (POST /users/api-token-details)."""
    expires = now + token.left
    return {"createdAt": invent.time_text(expires - _LIFE), "expiresAt": invent.time_text(expires)}


def user(token: Token, organisation: Organisation) -> dict[str, Any]:
    """Return the console user whose token it is (GET /user)."""
    made = details(token, organisation.now)
    account = organisation.accounts[0]
    return {
        "allowRemoteShell": False,
        "apiToken": made,
        "dateJoined": made["createdAt"],
        "email": f"{token.user_name.lower().replace(' ', '.')}@{words.DOMAIN}",
        "emailVerified": True,
        "firstLogin": made["createdAt"],
        "fullName": token.user_name,
        "id": token.user_id,
        "lastLogin": None,
        "lowestRole": token.role,
        "scope": "tenant" if token.of_tenant else "account",
        "scopeRoles": []
        if token.of_tenant
        else [
            {
                "accountName": account.name,
                "id": token.account or account.id,
                "name": account.name,
                "roleId": f"190000000000000000{len(token.role)}",
                "roleName": token.role,
                "roles": [token.role],
            }
        ],
        "siteRoles": [],
        "source": "mgmt",
        "tenantRoles": [],
        "twoFaEnabled": False,
    }

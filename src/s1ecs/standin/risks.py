"""Risks, as GET /application-management/risks returns them: one CVE of one application version on one host."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from s1ecs.standin import invent, words
from s1ecs.standin.fields import FieldPaths
from s1ecs.standin.installations import Installations, Installed
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.organisation import Host, Organisation
from s1ecs.standin.pages import PageRequest
from s1ecs.standin.parameters.applications import RISKS_SORTS
from s1ecs.standin.record_list import RecordList
from s1ecs.standin.refusal import bad_request
from s1ecs.standin.scope import scope
from s1ecs.standin.shelf import Condition
from s1ecs.standin.vulnerabilities import Vulnerabilities, Vulnerability

_MARKS = {
    "Ignored": "Accepted until the next maintenance window",
    "False positive": "The vulnerable part isn't installed",
    "To be patched": "",
}
_MITIGATIONS = ("Not mitigated", "Not mitigated", "In progress", "On hold", "Mitigated")
_DAY = timedelta(days=1)

_RISKS = FieldPaths(
    identity="id",
    ids={"accountIds": "accountId", "groupIds": "groupId", "siteIds": "siteId"},
    filters={
        "analystVerdict": "analystVerdict",
        "application": "application",
        "applicationNames": "applicationName",
        "applicationVendor": "applicationVendor",
        "cveId": "cveId",
        "detectionDate": "detectionDate",
        "domain": "domain",
        "domains": "domain",
        "endpointName": "endpointName",
        "endpointTypes": "endpointType",
        "exploitCodeMaturity": "exploitCodeMaturity",
        "exploitedInTheWild": "exploitedInTheWild",
        "lastScanResults": "lastScanResult",
        "mitigationStatus": "mitigationStatus",
        "osTypes": "osType",
        "osVersions": "osVersion",
        "publishedDate": "publishedDate",
        "remediationLevels": "remediationLevel",
        "reportConfidence": "reportConfidence",
        # A risk doesn't tell when it was updated; what changes it is a scan.
        "riskUpdatedDate": "lastScanDate",
        "severities": "severity",
        "vendors": "applicationVendor",
    },
    sorts={name: name for name in RISKS_SORTS},
)


class RiskList(RecordList):
    """The list of the risks of those installations."""

    def __init__(self, installations: Installations) -> None:
        organisation = self._organisation = installations.organisation
        asides = {
            host.id: {**scope(host), "domain": words.DOMAIN, "osVersion": host.system.version}
            for host in organisation.hosts
        }
        super().__init__(_RISKS, lambda: _risks(installations), lambda record: asides[record["endpointId"]])

    def page(self, given: Mapping[str, Any]) -> PageRequest:
        """Translate parameters, already checked, into a page of the list."""
        more = []
        if "daysFromCveDetection" in given:
            first = invent.time_text(self._organisation.now - given["daysFromCveDetection"] * _DAY)
            more.append(Condition(("detectionDate",), lambda text: text >= first))
        if "riskScore__between" in given:
            least, greatest = _scores(given["riskScore__between"])
            more.append(Condition(("riskScore",), lambda text: bool(text) and least <= float(text) <= greatest))
        return _RISKS.page(given, *more)


def _scores(text: str) -> tuple[float, float]:
    found = re.fullmatch(r"(\d{1,2}(?:\.\d{1,2})?)-(\d{1,2}(?:\.\d{1,2})?)", text, re.ASCII)
    if found is None:
        raise bad_request(f"riskScore__between: not two scores with a hyphen between: {text}")
    return float(found[1]), float(found[2])


def _risks(installations: Installations) -> Iterator[JsonObject]:
    organisation = installations.organisation
    vulnerabilities = Vulnerabilities(organisation.seed, organisation.now)
    for installed in installations.all:
        for number, vulnerability in enumerate(vulnerabilities.of(installed.application)):
            if installed.version in vulnerability.affected:
                yield _risk(organisation, installed, number, vulnerability)


def _risk(organisation: Organisation, installed: Installed, number: int, vulnerability: Vulnerability) -> JsonObject:
    host, application = installed.host, installed.application
    random = invent.source(organisation.seed, "risk", host.number, installed.place, number)
    known = max(installed.detected, vulnerability.published)
    detected = min(known + timedelta(microseconds=random.randrange(10**9)), organisation.now)
    record: JsonObject = {
        "application": f"{application.name} {installed.version}",
        "applicationName": application.name,
        "applicationVendor": application.vendor,
        "applicationVersion": installed.version,
        "baseScore": f"{vulnerability.score:.2f}",
        "cveId": vulnerability.cve,
        "cvssVersion": vulnerability.cvss,
        "daysDetected": (organisation.now - detected) // _DAY,
        "detectionDate": invent.time_text(detected),
        "endpointId": host.id,
        "endpointName": host.name,
        "endpointType": host.machine_type,
        "id": invent.identifier(detected, random.randrange(1 << 20)),
        **_last_scan(organisation, host),
        **_mark(random, organisation.now),
        "osType": host.system.type,
        "publishedDate": _seconds(vulnerability.published),
        "severity": vulnerability.severity,
        "status": "Detected",
    }
    # What newer consoles say beside it.
    if random.randrange(2):
        record |= _assessment(random, organisation.now, vulnerability)
    return record


def _last_scan(organisation: Organisation, host: Host) -> Mapping[str, str | None]:
    """Return when the host was last scanned; all its risks agree."""
    random = invent.source(organisation.seed, "scan", host.number)
    result = random.choices(("Succeeded", "Failed", "", None), (90, 6, 2, 2))[0]
    age = timedelta(seconds=random.randrange(600, 7 * 86400))
    return {"lastScanDate": _seconds(organisation.now - age), "lastScanResult": result}


def _mark(random: Random, now: datetime) -> Mapping[str, str | None]:
    if random.randrange(12):
        return {"markType": "", "markedBy": None, "markedDate": None, "reason": None}
    mark = random.choice(tuple(_MARKS))
    return {
        "markType": mark,
        "markedBy": _analyst(random),
        "markedDate": _recently(random, now),
        "reason": _MARKS[mark],
    }


def _assessment(random: Random, now: datetime, vulnerability: Vulnerability) -> Mapping[str, str | None]:
    status = random.choice(_MITIGATIONS)
    is_changed = status != _MITIGATIONS[0]
    return {
        "exploitCodeMaturity": vulnerability.exploit,
        "mitigationStatus": status,
        "mitigationStatusChangeTime": _recently(random, now) if is_changed else None,
        "mitigationStatusChangedBy": _analyst(random) if is_changed else None,
        "mitigationStatusReason": "" if is_changed else None,
        "nvdBaseScore": f"{vulnerability.score:.1f}",
        "nvdCvssVersion": vulnerability.cvss,
        "remediationLevel": vulnerability.remediation,
        "reportConfidence": vulnerability.confidence,
        "riskScore": f"{vulnerability.score * random.uniform(0.7, 1):.2f}",
    }


def _analyst(random: Random) -> str:
    return f"{random.choice(words.FIRST_NAMES)} {random.choice(words.LAST_NAMES)}".lower().replace(" ", ".")


def _recently(random: Random, now: datetime) -> str:
    return _seconds(now - timedelta(seconds=random.randrange(60, 30 * 86400)))


def _seconds(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

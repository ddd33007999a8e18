"""STAR alerts, as GET /web/api/v2.1/cloud-detection/alerts returns them, told from the organisation."""

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random

from s1ecs.standin import invent, words
from s1ecs.standin.events import EPOCH, EVENTS
from s1ecs.standin.json_object import JsonObject
from s1ecs.standin.organisation import Host, Organisation, StarRule
from s1ecs.standin.programs import PROGRAMS, Program

# All lie in the last 23 hours, so that who starts asking for 24 hours some minutes later still gets them all.
_SPAN = timedelta(hours=23)
_LEAST_AGE = timedelta(seconds=1)
_SHARE_AT_THE_SAME_TIME = 0.05

_REPORT_DELAY_SECONDS = 20
_HANDLED_AFTER = timedelta(hours=2)
_VERDICTS = ("False positive", "True positive", "Suspicious", "Undefined")
_CLOSED = ("Resolved", "In progress")

# Keys of a section that an alert may leave without a value.
_EVENT_KEYS = (
    "dnsRequest", "dnsResponse", "dstIp", "dstPort", "indicatorCategory", "indicatorDescription", "indicatorName",
    "loginAccountDomain", "loginAccountSid", "loginIsAdministratorEquivalent", "loginIsSuccessful", "loginType",
    "loginsUserName", "modulePath", "moduleSha1", "netEventDirection", "registryKeyPath", "registryOldValue",
    "registryOldValueType", "registryPath", "registryValue", "srcIp", "srcMachineIp", "srcPort",
    "tiIndicatorComparisonMethod", "tiIndicatorSource", "tiIndicatorType", "tiIndicatorValue",
)  # fmt: skip
_CONTAINER_KEYS = ("id", "image", "labels", "name")
_KUBERNETES_KEYS = (
    "cluster", "controllerKind", "controllerLabels", "controllerName", "namespace", "namespaceLabels", "node", "pod",
    "podLabels",
)  # fmt: skip
_NO_TARGET = {
    "tgtFileCreatedAt": EPOCH, "tgtFileHashSha1": None, "tgtFileHashSha256": None, "tgtFileId": "",
    "tgtFileIsSigned": "", "tgtFileModifiedAt": EPOCH, "tgtFileOldPath": "", "tgtFilePath": "", "tgtProcCmdLine": "",
    "tgtProcImagePath": "", "tgtProcIntegrityLevel": "unknown", "tgtProcName": "", "tgtProcPid": "",
    "tgtProcSignedStatus": "", "tgtProcStorylineId": "", "tgtProcUid": "", "tgtProcessStartTime": EPOCH,
}  # fmt: skip


def history(organisation: Organisation, count: int) -> Iterator[JsonObject]:
    """Yield the `count` alerts that lie in the 23 hours before the organisation's `now`, oldest first."""
    random = invent.source(organisation.seed, "times")
    microseconds = int((_SPAN - _LEAST_AGE) / timedelta(microseconds=1))
    ages = [random.randrange(microseconds) for _ in range(count)]
    # Some share their time with another, as alerts of one burst do: paging must not lose them.
    for number in range(1, count):
        if random.random() < _SHARE_AT_THE_SAME_TIME:
            ages[number] = ages[number - 1]
    for number, age in enumerate(sorted(ages, reverse=True)):
        created = organisation.now - _LEAST_AGE - timedelta(microseconds=age)
        yield alert(organisation, number, created, organisation.now)


def alert(organisation: Organisation, number: int, created: datetime, seen: datetime) -> JsonObject:
    """Return the alert of that number, created at `created`, as the console shows it at `seen`."""
    random = invent.source(organisation.seed, "alert", number)
    host = random.choice(organisation.hosts)
    rules = [rule for rule in organisation.rules if _can_happen(rule, host)]
    rule = random.choices(rules, [rule.scenario.weight for rule in rules])[0]
    scenario = rule.scenario
    event = EVENTS[scenario.event]
    fill = _Fill(organisation, random, host, created)
    record: JsonObject = {
        "agentDetectionInfo": _detection(host),
        "agentRealtimeInfo": _realtime(host),
        "alertInfo": {
            **dict.fromkeys(_EVENT_KEYS, "" if random.randrange(2) else None),
            **_course(random, created, seen),
            "alertId": invent.identifier(created, number),
            "dvEventId": invent.hexadecimal(random, 26).upper(),
            "eventType": event.type,
            "hitType": "Events",
            "isEdr": True,
            "source": "STAR",
            "srcMachineIp": host.address,
        },
        "containerInfo": dict.fromkeys(_CONTAINER_KEYS),
        "kubernetesInfo": dict.fromkeys(_KUBERNETES_KEYS),
        "ruleInfo": _rule(rule),
        "sourceParentProcessInfo": fill.process(scenario.parent, scenario.parent_command, age=3600),
        "sourceProcessInfo": fill.process(scenario.process, scenario.command, age=60),
        "targetProcessInfo": dict(_NO_TARGET),
    }
    if host.cluster and scenario.in_containers:
        record["containerInfo"], record["kubernetesInfo"] = fill.surroundings()
    for path, template in (*event.details.items(), *scenario.details.items()):
        section, _, key = path.partition(".")
        record[section][key] = fill.text(template)
    return record


def _can_happen(rule: StarRule, host: Host) -> bool:
    return host.system.type in rule.scenario.systems and (host.cluster is not None or not rule.scenario.in_containers)


def _detection(host: Host) -> JsonObject:
    return {
        "accountId": host.group.site.account.id,
        "machineType": host.machine_type,
        "name": host.name,
        "osFamily": host.system.family,
        "osName": host.system.name,
        "osRevision": host.system.revision,
        "siteId": host.group.site.id,
        "uuid": host.uuid,
        "version": host.version,
    }


def _realtime(host: Host) -> JsonObject:
    return {
        "id": host.id,
        "infected": host.infected,
        "isActive": host.is_active,
        "isDecommissioned": host.is_decommissioned,
        "machineType": host.machine_type,
        "name": host.name,
        "os": host.system.type,
        "uuid": host.uuid,
    }


def _rule(rule: StarRule) -> JsonObject:
    return {
        "description": rule.scenario.description,
        "id": rule.id,
        "name": rule.scenario.name,
        "queryLang": "1.0",
        "queryType": "events",
        "s1ql": rule.scenario.query,
        "scopeLevel": rule.scope_level,
        "severity": rule.scenario.severity,
        "treatAsThreat": rule.treat_as_threat,
    }


def _course(random: Random, created: datetime, seen: datetime) -> JsonObject:
    """Return what became of the alert by `seen`: times in order, none after it, and what an analyst decided."""
    reported = min(seen, created + timedelta(microseconds=random.randrange(_REPORT_DELAY_SECONDS * 10**6)))
    handled = reported + timedelta(microseconds=random.randrange(_HANDLED_AFTER // timedelta(microseconds=1)))
    is_handled = random.randrange(3) == 0 and handled <= seen
    return {
        "analystVerdict": random.choice(_VERDICTS) if is_handled else "Undefined",
        "createdAt": invent.time_text(created),
        "incidentStatus": random.choice(_CLOSED) if is_handled else "Unresolved",
        "reportedAt": invent.time_text(reported),
        "updatedAt": invent.time_text(handled if is_handled else reported),
    }


class _Fill:
    """Fills templates and the sections about processes with the words of one alert."""

    def __init__(self, organisation: Organisation, random: Random, host: Host, created: datetime) -> None:
        self._organisation = organisation
        self._random = random
        self._host = host
        self._created = created
        self._storyline = invent.hexadecimal(random, 16).upper()
        self._container = invent.hexadecimal(random, 64)
        self._words = self._all_words()

    def text(self, template: str) -> str:
        return template.format_map(self._words)

    def process(self, key: str, command: str, age: int) -> JsonObject:
        program, hashes, random = PROGRAMS[key], self._organisation.hashes[key], self._random
        started = self._created - timedelta(microseconds=random.randrange(1, age * 10**6))
        user = self._user(program)
        return {
            "commandline": self.text(command),
            "effectiveUser": user if self._host.system.family != "windows" else None,
            "fileHashMd5": hashes.md5,
            "fileHashSha1": hashes.sha1,
            "fileHashSha256": hashes.sha256,
            "filePath": program.path,
            "fileSignerIdentity": program.signer,
            "integrityLevel": program.integrity if self._host.system.family == "windows" else "unknown",
            "loginUser": user if self._host.system.family != "windows" else None,
            "name": program.name,
            "pid": str(random.randrange(2, 65536)),
            "pidStarttime": invent.time_text(started),
            "realUser": user if self._host.system.family != "windows" else None,
            "storyline": self._storyline,
            "subsystem": program.subsystem,
            "uniqueId": invent.hexadecimal(random, 16).upper(),
            "user": user,
        }

    def surroundings(self) -> tuple[JsonObject, JsonObject]:
        cluster = self._host.cluster
        if cluster is None:
            return {}, {}
        pod = f"{cluster.workload}-{invent.hexadecimal(self._random, 9)}-{invent.hexadecimal(self._random, 5)}"
        labels = f"app={cluster.workload},tier={cluster.namespace}"
        container = {"id": self._container, "image": cluster.image, "labels": labels, "name": cluster.workload}
        kubernetes = {
            "cluster": cluster.name,
            "controllerKind": "Deployment",
            "controllerLabels": labels,
            "controllerName": cluster.workload,
            "namespace": cluster.namespace,
            "namespaceLabels": f"kubernetes.io/metadata.name={cluster.namespace}",
            "node": self._host.name,
            "pod": pod,
            "podLabels": f"{labels},pod-template-hash={pod.split('-')[-2]}",
        }
        return container, kubernetes

    def _user(self, program: Program) -> str:
        is_windows = self._host.system.family == "windows"
        if program.integrity == "SYSTEM":
            return r"NT AUTHORITY\SYSTEM" if is_windows else "root"
        if is_windows:
            return rf"{words.SHORT_DOMAIN}\{self._host.person.login}"
        is_server = self._host.system.family == "linux"
        return "root" if is_server and self._random.randrange(2) else self._host.person.login

    def _all_words(self) -> Mapping[str, str]:
        random, host = self._random, self._host
        encoded = base64.b64encode(f"IEX {invent.hexadecimal(random, 12)}".encode("utf-16-le")).decode()
        return {
            "container": self._container,
            "created": invent.time_text(self._created),
            "direction": random.choice(("outbound", "outbound", "inbound", "OUTGOING")),
            "encoded": encoded,
            "ephemeral_port": str(random.randrange(49152, 65536)),
            "evil_domain": random.choice(words.EVIL_DOMAINS),
            "file_sha1": invent.hexadecimal(random, 40),
            "file_sha256": invent.hexadecimal(random, 64),
            "hexadecimal": invent.hexadecimal(random, 8),
            "host_ip": host.address,
            "neighbour_ip": random.choice(self._organisation.hosts).address,
            "number": str(random.randrange(1000, 9999)),
            "remote_ip": invent.outer_address(random),
            "remote_port": random.choice(("443", "4444", "8081", "9001")),
            "server": f"files.{words.DOMAIN}",
            "short_domain": words.SHORT_DOMAIN if host.system.family == "windows" else "",
            "sid": host.person.sid,
            "storyline": self._storyline,
            "target_pid": str(random.randrange(2, 65536)),
            "target_uid": invent.hexadecimal(random, 16).upper(),
            "user": host.person.login,
        }

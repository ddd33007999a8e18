"""Files that deploy many workers: what they name exists, and they promise what docs/scaling.md says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from s1ecs.cli.help_page import GROUPS
from s1ecs.metrics.table import METRICS
from s1ecs.settings import load
from s1ecs.settings.setting import Level
from s1ecs.settings.table import rows
from s1ecs.streams import STREAMS

PACKAGING = Path(__file__).parents[2] / "packaging"
KUBERNETES = [each for each in yaml.safe_load_all((PACKAGING / "kubernetes" / "workers.yaml").read_text()) if each]
COMPOSE = yaml.safe_load((PACKAGING / "compose" / "compose.yaml").read_text())
DASHBOARD = json.loads((PACKAGING / "grafana" / "s1ecs.json").read_text())
UNIT = (PACKAGING / "s1ecs-worker@.service").read_text()
VARIABLES = {row.variable for row in rows(Level.TOP).values()}
COMMANDS = {name for names in GROUPS.values() for name in names}


def of_kind(kind: str) -> list[dict[str, Any]]:
    """The objects of a kind."""
    return [each for each in KUBERNETES if each["kind"] == kind]


def deployment() -> tuple[dict[str, Any], dict[str, Any]]:
    """The specification of a worker's pod, and of its container."""
    [found] = of_kind("Deployment")
    pod = found["spec"]["template"]["spec"]
    [container] = pod["containers"]
    return pod, container


def ours() -> dict[str, dict[str, Any]]:
    """The services of the Compose file that run s1ecs."""
    return {name: each for name, each in COMPOSE["services"].items() if each["image"] == "s1ecs"}


def expressions(panel: dict[str, Any]) -> Iterator[str]:
    """The queries of a panel of the dashboard."""
    return (target["expr"] for target in panel.get("targets", ()))


def test_variables_are_settings() -> None:
    """Each variable of ours that a file sets is a setting."""
    _, container = deployment()
    named = {each["name"] for each in container["env"]}
    named |= {name for service in ours().values() for name in service["environment"]}
    named |= set(re.findall(r"^Environment=(\w+)=", UNIT, re.MULTILINE))
    assert named - VARIABLES == set()


def test_commands_exist() -> None:
    """Each command that a file starts exists."""
    _, container = deployment()
    started = {container["args"][0], *(each["command"][0] for each in ours().values())}
    started |= set(re.findall(r"^ExecStart=/opt/s1ecs/bin/s1ecs --config \S+ (\w+)$", UNIT, re.MULTILINE))
    assert started == {"worker", "setup"}
    assert started - COMMANDS == set()


def test_settings_load(tmp_path: Path) -> None:
    """The settings of the Kubernetes objects, and the variables of the Compose file, are valid."""
    [config] = of_kind("ConfigMap")
    (tmp_path / "s1ecs.yaml").write_text(config["data"]["s1ecs.yaml"])
    [secret] = [each for each in of_kind("Secret") if "url" in each["stringData"]]
    given = {"S1ECS_STATE": secret["stringData"]["url"]}
    settings = load(file=None, environment=given, flags={}, streams=list(STREAMS), working_folder=tmp_path)
    assert (settings.metrics_port, [each.type for each in settings.outputs]) == (9464, ["kafka"])
    (tmp_path / "s1ecs.yaml").unlink()
    variables = {
        name: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", text) for name, text in ours()["worker"]["environment"].items()
    }
    settings = load(file=None, environment=variables, flags={}, streams=list(STREAMS), working_folder=tmp_path)
    assert (settings.metrics_port, [each.type for each in settings.outputs]) == (9464, ["kafka"])


def test_pods_have_no_rights_and_no_volume() -> None:
    """A worker runs without root, capabilities or a writable root, and keeps nothing when it goes."""
    pod, container = deployment()
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    assert container["securityContext"] == {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {kind for volume in pod["volumes"] for kind in volume} == {"name", "configMap", "secret", "emptyDir"}
    assert of_kind("PersistentVolumeClaim") == []
    assert container["resources"].keys() == {"requests", "limits"}
    assert not pod["enableServiceLinks"]


def test_names_of_objects_fit() -> None:
    """What the Deployment refers to is in the same file: secrets, settings, volumes, ports and labels."""
    pod, container = deployment()
    secrets = {each["metadata"]["name"] for each in of_kind("Secret")}
    configs = {each["metadata"]["name"] for each in of_kind("ConfigMap")}
    assert {each["valueFrom"]["secretKeyRef"]["name"] for each in container["env"]} <= secrets
    assert {each["secret"]["secretName"] for each in pod["volumes"] if "secret" in each} <= secrets
    assert {each["configMap"]["name"] for each in pod["volumes"] if "configMap" in each} <= configs
    assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}
    ports = {each["name"] for each in container["ports"]}
    probes = [container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")]
    assert {each["port"] for each in probes} <= ports
    assert [each["path"] for each in probes] == ["/healthz", "/healthz", "/readyz"]
    [found], [budget] = of_kind("Deployment"), of_kind("PodDisruptionBudget")
    labels = found["spec"]["template"]["metadata"]["labels"]
    assert found["spec"]["selector"]["matchLabels"] == budget["spec"]["selector"]["matchLabels"] == labels


def test_workers_have_time_to_end() -> None:
    """Whatever stops a worker waits longer than the 25 seconds that it may need."""
    pod, _ = deployment()
    assert pod["terminationGracePeriodSeconds"] == 30
    assert ours()["worker"]["stop_grace_period"] == "30s"
    assert "TimeoutStopSec=30s\n" in UNIT


def test_compose_services_depend_on_services() -> None:
    """Each service waits for services of the same file that tell when they are ready, and volumes are declared."""
    services = COMPOSE["services"]
    for service in services.values():
        for name, condition in service.get("depends_on", {}).items():
            assert "healthcheck" in services[name] or condition["condition"] == "service_completed_successfully"
    named = {text.partition(":")[0] for each in ("postgres", "kafka") for text in services[each]["volumes"]}
    assert named == set(COMPOSE["volumes"])


def test_unit_of_a_worker_is_that_of_one_process() -> None:
    """A worker's unit has every restriction of the unit of `s1ecs run`, and a folder of its own for each instance."""
    other = (PACKAGING / "s1ecs.service").read_text()
    rest = {line for line in other.splitlines() if "=" in line} - {line for line in UNIT.splitlines() if "=" in line}
    assert {line.partition("=")[0] for line in rest} == {
        "Description",
        "ExecStart",
        "StateDirectory",
        "Environment",
        "WorkingDirectory",
        "RestartSec",
        "TimeoutStopSec",
        "MemoryMax",
    }
    own = dict(re.findall(r"^(\w+)=(.*)$", UNIT, re.MULTILINE))
    assert own["Environment"] == f"S1ECS_STATE_DIR=/var/lib/{own['StateDirectory']}"
    assert own["StateDirectory"].endswith("-%i")


@pytest.mark.parametrize(
    "panel", [each for each in DASHBOARD["panels"] if each["type"] != "row"], ids=lambda p: p["title"]
)
def test_panels_show_metrics_that_exist(panel: dict[str, Any]) -> None:
    """Each metric of a panel is in the table of metrics, with the labels that the panel uses."""
    known = {metric.shown: set(metric.labels) for metric in METRICS}
    assert panel["targets"]
    for expression in expressions(panel):
        names = re.findall(r"\bs1ecs_\w+", expression)
        assert names
        grouped = {label.strip() for each in re.findall(r"by \(([\w, ]+)\)", expression) for label in each.split(",")}
        selected = set(re.findall(r"(\w+)[!=]~?\"", expression))
        for name in names:
            assert (grouped | selected) - known[name] == set(), name


def test_every_metric_has_a_panel() -> None:
    """No metric is left out of the dashboard, and no two panels have one id."""
    shown = {
        name for each in DASHBOARD["panels"] for text in expressions(each) for name in re.findall(r"s1ecs_\w+", text)
    }
    assert {metric.shown for metric in METRICS} - shown == set()
    assert len({each["id"] for each in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])

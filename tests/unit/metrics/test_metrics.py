"""Metrics: what is told of collecting is what Prometheus reads."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from s1ecs.collect.outcome import Counts, Outcome
from s1ecs.errors import Forbidden, SettingsError
from s1ecs.metrics.endpoint import HealthReport, endpoint
from s1ecs.metrics.exposition import registry_of
from s1ecs.metrics.recorder import Meter
from s1ecs.metrics.table import METRICS
from s1ecs.metrics.values import Figures
from s1ecs.state.checkpoints import LIVE, REREAD, WalkName

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
WALK = WalkName("default", "alert", LIVE)


class Clock:
    """A clock that is set."""

    now = NOW

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at noon."""
    return Clock()


@pytest.fixture
def meter(clock: Clock) -> Meter:
    """A meter that was told of nothing."""
    return Meter(Figures(clock))


def shown(meter: Meter) -> dict[tuple[str, ...], float]:
    """Every sample by its name and its labels' values, those of console and stream left out."""
    text = generate_latest(registry_of(meter.figures)).decode()
    return {
        (
            sample.name,
            *(value for name, value in sample.labels.items() if name not in ("console", "stream")),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_steps_and_polls(meter: Meter, clock: Clock) -> None:
    """Counts add up over steps, the checkpoint grows old from the last one on, lag is as of the last poll."""
    meter.step(WALK, Counts(records=10, delivered=4, failed=1, refused=2))
    meter.step(WALK, Counts(records=5, delivered=5))
    meter.walked(Outcome(WALK, Counts(), newest="2026-01-31T11:59:00.000Z"), NOW)
    meter.walked(Outcome(WALK._replace(walk=REREAD), Counts(), Forbidden("no")), NOW)
    clock.now += timedelta(seconds=30)
    assert shown(meter) == {
        ("s1ecs_records_total",): 15,
        ("s1ecs_documents_total",): 9,
        ("s1ecs_not_mapped_total",): 1,
        ("s1ecs_rejected_total",): 2,
        ("s1ecs_left_out_total",): 0,
        ("s1ecs_polls_total", "ok", LIVE): 1,
        ("s1ecs_polls_total", "skipped", REREAD): 1,
        ("s1ecs_checkpoint_age_seconds",): 30,
        ("s1ecs_lag_seconds",): 60,
    }


def test_lag_of_an_inventory_grows(meter: Meter, clock: Clock) -> None:
    """An inventory has no newest record: its lag is the time since it was read through."""
    meter.walked(Outcome(WALK, Counts()), NOW)
    clock.now += timedelta(hours=1)
    assert shown(meter)["s1ecs_lag_seconds",] == 3600


def test_requests(meter: Meter) -> None:
    """Requests are told apart by path and status, ids in paths are not; what repeats a failed one is a retry."""
    observe = meter.observer("default")
    observe(method="GET", path="/threats/225494730938493804/explore/events", status=200, seconds=0.5, attempt=1)
    observe(method="GET", path="/threats/225494730938493805/explore/events", status=0, seconds=1, attempt=1)
    observe(method="GET", path="/threats/225494730938493805/explore/events", status=200, seconds=1, attempt=2)
    path = "/threats/{id}/explore/events"
    assert shown(meter) == {
        ("s1ecs_requests_total", path, "200"): 2,
        ("s1ecs_requests_total", path, "none"): 1,
        ("s1ecs_request_seconds_total", path): 2.5,
        ("s1ecs_retries_total", path): 1,
    }


def test_token_days(meter: Meter, clock: Clock) -> None:
    """The days of a token go down by themselves."""
    meter.token("default", NOW + timedelta(days=10))
    clock.now += timedelta(days=3)
    assert shown(meter) == {("s1ecs_token_days_left",): 7}


def test_every_metric_of_the_table_is_shown(meter: Meter) -> None:
    """Each row is there with its kind and its help before anything was counted."""
    text = generate_latest(registry_of(meter.figures)).decode()
    for metric in METRICS:
        assert f"# HELP {metric.shown} " in text
        assert f"# TYPE {metric.shown} {metric.kind}\n" in text


async def responses(address: str, *requests: str) -> list[str]:
    """Send requests, one connection each; return the responses."""
    found = []
    for request in requests:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", int(address.split(":")[2].split("/", maxsplit=1)[0])
        )
        writer.write(f"{request}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        found.append((await reader.read()).decode())
        writer.close()
    return found


async def good() -> HealthReport:
    """Report that all is well."""
    return HealthReport(good=True, text="ok: 9 streams on schedule")


async def critical() -> HealthReport:
    """Report that nothing moves."""
    return HealthReport(good=False, text="critical: collector: has not reported for 3m9s")


async def test_metrics_endpoint(meter: Meter) -> None:
    """GET and HEAD of /metrics are answered, in the requested format; other paths and methods are refused."""
    meter.step(WALK, Counts(records=10))
    async with endpoint("127.0.0.1", 0, registry_of(meter.figures), good) as address:
        plain, open_metrics, head, other, posted = await responses(
            address,
            "GET /metrics?a=b HTTP/1.1",
            "GET /metrics HTTP/1.1\r\naccept: application/openmetrics-text; version=1.0.0",
            "HEAD /metrics HTTP/1.1",
            "GET / HTTP/1.1",
            "POST /metrics HTTP/1.1",
        )
    assert plain.startswith("HTTP/1.1 200 OK\r\n")
    assert 's1ecs_records_total{console="default",stream="alert"} 10.0\n' in plain
    assert "application/openmetrics-text" in open_metrics
    assert "# EOF\n" in open_metrics
    assert head.startswith("HTTP/1.1 200 OK\r\n")
    assert "s1ecs_records_total" not in head
    assert other.startswith("HTTP/1.1 404 ")
    assert posted.startswith("HTTP/1.1 405 ")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_health_endpoints(meter: Meter, path: str) -> None:
    """Both health paths answer 200 with the reason, and 503 where the health is critical."""
    for health, status, text in ((good, "200 OK", "ok: 9 streams"), (critical, "503 Service", "has not reported")):
        async with endpoint("127.0.0.1", 0, registry_of(meter.figures), health) as address:
            [response] = await responses(address, f"GET {path} HTTP/1.1")
        assert response.startswith(f"HTTP/1.1 {status}")
        assert text in response


async def test_ready_may_be_another_question(meter: Meter) -> None:
    """What is alive, but not at work, stays as it is and gets no more work."""
    async with endpoint("127.0.0.1", 0, registry_of(meter.figures), good, critical) as address:
        alive, ready = await responses(address, "GET /healthz HTTP/1.1", "GET /readyz HTTP/1.1")
    assert alive.startswith("HTTP/1.1 200 OK")
    assert ready.startswith("HTTP/1.1 503 ")


async def test_port_in_use(meter: Meter) -> None:
    """A port that another program uses is named, with the settings to change."""
    async with endpoint("127.0.0.1", 0, registry_of(meter.figures), good) as address:
        port = int(address.removesuffix("/metrics").rpartition(":")[2])
        with pytest.raises(SettingsError, match=f"port {port} .*in use.*'metrics_port'"):
            async with endpoint("127.0.0.1", port, registry_of(meter.figures), good):
                pass


def test_what_waits_and_what_is_refused_late(meter: Meter) -> None:
    """How many documents wait for an output is as of now; what it refuses of them later counts as rejected."""
    waiting = [7]
    meter.spool("elasticsearch", lambda: waiting[0])
    assert shown(meter)["s1ecs_spooled", "elasticsearch"] == 7
    waiting[0] = 3
    meter.refused_later("default", "alert", 2)
    assert shown(meter)["s1ecs_spooled", "elasticsearch"] == 3
    assert shown(meter)["s1ecs_rejected_total",] == 2


def test_consoles_of_a_worker_are_bounded(clock: Clock) -> None:
    """Counts of more consoles than a worker shows add up in one series, and their gauges are left out."""
    meter = Meter(Figures(clock, most_consoles=2))
    for name in ("one", "two", "three", "four", "one"):
        meter.step(WALK._replace(console=name), Counts(records=10))
    values = {metric.name: dict(found) for metric, found in meter.figures.read()}
    assert values["s1ecs_records"] == {("one", "alert"): 20, ("two", "alert"): 10, ("(others)", "alert"): 20}
    assert {console for console, _ in values["s1ecs_checkpoint_age_seconds"]} == {"one", "two"}

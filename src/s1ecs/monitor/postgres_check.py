"""Check of the PostgreSQL server of the state: reachable, of a supported version, with the rights, its clock right."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from s1ecs.bootstrap.state import postgres_server, refuse_store
from s1ecs.errors import S1ecsError
from s1ecs.monitor.check_result import CheckArea, CheckResult
from s1ecs.settings import Settings

_AREA: CheckArea = "state"
# Leases go by the server's clock alone; logs and statuses of several machines are compared by people.
_CLOCK_MAY_DIFFER = timedelta(seconds=5)


def check_postgres_settings(settings: Settings) -> Iterator[CheckResult]:
    """Check what the settings say of the state, without a network."""
    for check in (refuse_store, postgres_server):
        try:
            check(settings)
        except S1ecsError as error:
            yield CheckResult("failed", _AREA, "state", str(error))


async def check_postgres(settings: Settings, now: Callable[[], datetime]) -> list[CheckResult]:
    """Ask the server; nothing is changed there."""
    return await asyncio.to_thread(lambda: list(_asked(settings, now)))


def _asked(settings: Settings, now: Callable[[], datetime]) -> Iterator[CheckResult]:
    try:
        server = postgres_server(settings)
        from s1ecs.state.postgresql.inspection import LEAST_VERSION, inspect

        before = now()
        facts = inspect(server)
        after = now()
    except S1ecsError as error:
        yield CheckResult("failed", _AREA, "state", str(error))
        return
    if facts.is_too_old:
        cure = f"upgrade it to {LEAST_VERSION} or newer"
        yield CheckResult("failed", _AREA, "state", f"{server}: version {facts.version} is not supported", cure)
    elif facts.standby:
        cure = "name the primary in the setting state, or several hosts with target_session_attrs=read-write"
        yield CheckResult("failed", _AREA, "state", f"{server}: is a standby, which can't be written", cure)
    elif not facts.owns:
        cure = "let the user of the setting state own the schema and its tables"
        yield CheckResult("failed", _AREA, "state", f"{server}: the user lacks rights on schema {server.schema}", cure)
    elif facts.migration is None and not facts.may_create:
        cure = f"GRANT CREATE ON DATABASE, or CREATE SCHEMA {server.schema} AUTHORIZATION of the user"
        yield CheckResult("failed", _AREA, "state", f"{server}: the user may not create the schema", cure)
    else:
        told = "has no state yet" if facts.migration is None else f"schema {server.schema}"
        due = f", {facts.to_migrate} migrations at the next start" if facts.migration and facts.to_migrate else ""
        yield CheckResult("ok", _AREA, "state", f"{server} (version {facts.version}) {told}{due}")
    # The answer was given at some time in between.
    ahead = max(facts.now - after, before - facts.now, timedelta(0))
    if ahead > _CLOCK_MAY_DIFFER:
        text = f"{server}: its clock differs from ours by {ahead.total_seconds():.0f} s"
        yield CheckResult("warning", "clock", "state", text, "synchronize both clocks (NTP); leases go by the server's")

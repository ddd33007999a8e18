"""One server: what is to be done there, and doing it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from s1ecs.counted import named
from s1ecs.ecs.index_mapping import HELD_BY_INDEX, base_fields, replaced
from s1ecs.errors import OutputError
from s1ecs.outputs.search.admin_requests import ask, check
from s1ecs.outputs.search.client.server import SearchServer
from s1ecs.search_setup import current_state
from s1ecs.search_setup.desired_state import Dataset, Features, pieces
from s1ecs.search_setup.installed_layout import InstalledLayout, installed_layout
from s1ecs.search_setup.lifecycle import Lifecycle
from s1ecs.search_setup.names import POLICY
from s1ecs.search_setup.plan import SetupPlan, make_plan
from s1ecs.search_setup.server_features import learn
from s1ecs.search_setup.setup_change import SetupChange, SetupRequest

_NAMES_SHOWN = 3
_NOT_DONE = (
    "the server did not acknowledge the request; check `GET _cluster/health` and any gateway, then repeat: "
    "setup resumes where it stopped"
)


@dataclass(frozen=True)
class Prepared:
    """The plan for a server, and what its user should know about this server: one line each."""

    plan: SetupPlan
    warnings: tuple[str, ...]
    layout: InstalledLayout | None = None


async def prepare(
    server: SearchServer, datasets: Sequence[Dataset], kept: Lifecycle, *, take_over: bool = False
) -> Prepared:
    """Learn what the server knows and has, and plan; changes nothing.

    Raise OutputError where no search server answers, or a login or a kind of retention that was asked for is missing,
    ServerSilent where no answer comes. A server without ISM gets all but the retention, and a warning: documents can be
    collected without it.
    """
    await check(server)
    features = await learn(server)
    found = await current_state.read(server, [dataset.name for dataset in datasets], kept)
    if kept.way == "data_stream" and not features.lifecycle:
        raise OutputError(f"{server.name}: this server has no data-stream lifecycle; set lifecycle: ilm")
    if kept.way == "ilm" and not found.has_policies:
        raise OutputError(f"{server.name}: this server has no ILM; set lifecycle: data_stream")
    warnings = _warnings(datasets, features)
    installed: Lifecycle | None = kept
    if kept.way == "ism" and not found.has_policies:
        installed = None
        warnings = (*warnings, f"this server has no ISM (Index State Management): {_without_ism(kept)}")
    plan = make_plan(pieces(datasets, features, installed), found, kept, take_over=take_over)
    telling = [dataset.name for dataset in datasets if dataset.tells_layout]
    return Prepared(plan, warnings, await installed_layout(server, found.templates, telling))


async def apply(server: SearchServer, changes: Iterable[SetupChange], done: Callable[[SetupChange], None]) -> None:
    """Make these changes in their order; raise at the first that fails, what came before stays."""
    for change in changes:
        if change.request is not None:
            request = change.request
            said = await ask(server, request.method, request.path, request.body, query=request.query)
            if not _is_done(request, said):
                words = _failed(said) or _NOT_DONE
                raise OutputError(f"{server.name}: {request.method} {request.path}: {words}")
            done(change)


def _is_done(request: SetupRequest, said: Mapping[str, Any]) -> bool:
    """Return True if the response says so. Index State Management returns the policy, or the indices that failed."""
    if not request.path.startswith("/_plugins/_ism/"):
        return said.get("acknowledged") is True
    return said.get("_id") == POLICY or said.get("failures") is False


def _failed(said: Mapping[str, Any]) -> str:
    """Collect what Index State Management reports of the indices that failed."""
    reasons = {str(each.get("reason", "")) for each in said.get("failed_indices", ()) if isinstance(each, Mapping)}
    return " ".join("; ".join(sorted(reasons)).split())


def _without_ism(kept: Lifecycle) -> str:
    if kept.keep_days is None:
        return "data streams are not rolled over automatically"
    return f"keep_days: {kept.keep_days} has no effect, because nothing is rolled over or deleted automatically"


def _warnings(datasets: Sequence[Dataset], features: Features) -> tuple[str, ...]:
    fields = [*base_fields(), *(field for dataset in datasets for field in dataset.fields)]
    types = features.dialect.types
    lines = []
    if not features.dialect.open_constants and "constant_keyword" not in types:
        others = sorted({each.name for each in fields if each.type == "constant_keyword"} - HELD_BY_INDEX)
        lines.append(
            "constant_keyword does not support terms aggregations on this server: keyword is used instead "
            f"({', '.join(others)})"
        )
    for kind, names in replaced(fields, features.dialect).items():
        shown = named(names, _NAMES_SHOWN)
        used = "kept, but not indexed" if types[kind] == "unindexed" else f"{types[kind]} instead"
        lines.append(f"the server has no field type {kind}: {used} ({shown})")
    return tuple(lines)

"""One server: what is to be done there, and doing it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from s1ecs.ecs.template import HELD_BY_INDEX, base_fields, replaced
from s1ecs.errors import OutputError
from s1ecs.outputs.search.asking import ask, check
from s1ecs.outputs.search.server import Server
from s1ecs.setup import there
from s1ecs.setup.features import learn
from s1ecs.setup.names import POLICY
from s1ecs.setup.plan import Change, Plan, Request, make_plan
from s1ecs.setup.retention import Retention
from s1ecs.setup.wanted import Dataset, Features, pieces

_NAMES_SHOWN = 3
_NOT_DONE = (
    "the server did not say that it did this; look at `GET _cluster/health` and at what stands before it, then repeat: "
    "setup goes on where it stopped"
)


@dataclass(frozen=True)
class Prepared:
    """The plan for a server, and what its user should know about this server: one line each."""

    plan: Plan
    warnings: tuple[str, ...]


async def prepare(server: Server, datasets: Sequence[Dataset], kept: Retention, *, take_over: bool = False) -> Prepared:
    """Learn what the server knows and has, and plan; changes nothing.

    Raise OutputError where no search server answers, or a login or a kind of retention that was asked for is missing,
    ServerSilent where no answer comes. A server without ISM gets all but the retention, and a warning: documents can be
    collected without it.
    """
    await check(server)
    features = await learn(server)
    found = await there.read(server, [dataset.name for dataset in datasets], kept)
    if kept.way == "data_stream" and not features.lifecycle:
        raise OutputError(f"{server.name}: this server has no data-stream lifecycle; set lifecycle: ilm")
    if kept.way == "ilm" and not found.has_policies:
        raise OutputError(f"{server.name}: this server has no ILM; set lifecycle: data_stream")
    warnings = _warnings(datasets, features)
    installed: Retention | None = kept
    if kept.way == "ism" and not found.has_policies:
        installed = None
        warnings = (*warnings, f"this server has no ISM (Index State Management): {_without_ism(kept)}")
    plan = make_plan(pieces(datasets, features, installed), found, kept, take_over=take_over)
    return Prepared(plan, warnings)


async def apply(server: Server, changes: Iterable[Change], done: Callable[[Change], None]) -> None:
    """Make these changes in their order; raise at the first that fails, what came before stays."""
    for change in changes:
        if change.request is not None:
            request = change.request
            said = await ask(server, request.method, request.path, request.body, query=request.query)
            if not _is_done(request, said):
                words = _failed(said) or _NOT_DONE
                raise OutputError(f"{server.name}: {request.method} {request.path}: {words}")
            done(change)


def _is_done(request: Request, said: Mapping[str, Any]) -> bool:
    """Whether an answer says so. Index State Management gives back the policy, or tells of indices that failed."""
    if not request.path.startswith("/_plugins/_ism/"):
        return said.get("acknowledged") is True
    return said.get("_id") == POLICY or said.get("failures") is False


def _failed(said: Mapping[str, Any]) -> str:
    """What Index State Management says of the indices that it could not do it for."""
    reasons = {str(each.get("reason", "")) for each in said.get("failed_indices", ()) if isinstance(each, Mapping)}
    return " ".join("; ".join(sorted(reasons)).split())


def _without_ism(kept: Retention) -> str:
    if kept.keep_days is None:
        return "data streams are never rolled over by themselves"
    return f"keep_days: {kept.keep_days} is not installed, nothing is rolled over or deleted by itself"


def _warnings(datasets: Sequence[Dataset], features: Features) -> tuple[str, ...]:
    fields = [*base_fields(), *(field for dataset in datasets for field in dataset.fields)]
    types = features.dialect.types
    lines = []
    if not features.dialect.open_constants and "constant_keyword" not in types:
        others = sorted({each.name for each in fields if each.type == "constant_keyword"} - HELD_BY_INDEX)
        lines.append(f"the server's constant_keyword can't be counted by: keyword instead ({', '.join(others)})")
    for kind, names in replaced(fields, features.dialect).items():
        shown = ", ".join(names[:_NAMES_SHOWN]) + (
            f" and {more} more" if (more := len(names) - _NAMES_SHOWN) > 0 else ""
        )
        used = "kept, but not indexed" if types[kind] == "unindexed" else f"{types[kind]} instead"
        lines.append(f"the server has no field type {kind}: {used} ({shown})")
    return tuple(lines)

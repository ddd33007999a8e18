"""Changes to data streams and indices that exist: what a template alone would give to new ones only. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from s1ecs.search_setup import lifecycle, names
from s1ecs.search_setup.current_state import DataStream, Managed, There
from s1ecs.search_setup.desired_state import Artifact
from s1ecs.search_setup.latest_indices import extension
from s1ecs.search_setup.lifecycle import Lifecycle
from s1ecs.search_setup.setup_change import SetupAction, SetupChange, SetupRequest
from s1ecs.search_setup.template_patterns import overlap

_BY_OUR_POLICY: Mapping[str, Any] = {"policy_id": names.POLICY}
_KEPT_FOREVER: Mapping[str, Any] = {"data_retention": None}


def changes(
    pieces: Mapping[str, Artifact], there: There, kept: Lifecycle, policy: SetupChange | None
) -> list[SetupChange]:
    """Plan the lifecycle and policy of data streams, whose templates are `pieces` by pattern."""
    return [*_lifecycles(pieces, there, kept), *_managed(pieces, there, policy)]


def _of_stream(data_stream: DataStream, pieces: Mapping[str, Artifact]) -> Artifact | None:
    return next((piece for pattern, piece in pieces.items() if overlap(data_stream.name, pattern)), None)


def _lifecycles(pieces: Mapping[str, Artifact], there: There, kept: Lifecycle) -> list[SetupChange]:
    """A template's lifecycle goes to new data streams only; those that exist have one of their own."""
    if kept.way != "data_stream":
        return []
    wanted = lifecycle.lifecycle(kept)
    return [
        SetupChange(
            "set",
            "lifecycle",
            each.name,
            _kept_text(kept),
            SetupRequest("PUT", f"/_data_stream/{each.name}/_lifecycle", wanted),
        )
        for each in there.data_streams
        if each.lifecycle is not None
        and _of_stream(each, pieces)
        and any(each.lifecycle.get(name) != value for name, value in {**_KEPT_FOREVER, **wanted}.items())
    ]


def _managed(pieces: Mapping[str, Artifact], there: There, policy: SetupChange | None) -> list[SetupChange]:
    """An ISM policy's template goes to new indices only, and each keeps the version that it began with.

    Those without a policy get ours, those that have another version of ours the newest; another's policy is left.
    """
    if policy is None or policy.action == "left alone":
        return []
    current = None if policy.request is not None or there.policy is None else there.policy.version
    wanted: Sequence[tuple[str, SetupAction, str, Callable[[Managed], bool]]] = (
        (lifecycle.ISM_ADD, "set", "existing indices have no policy", lambda index: not index.policy),
        (
            lifecycle.ISM_CHANGE,
            "upgrade",
            "existing indices have an older version",
            lambda index: index.policy == names.POLICY and index.version not in {None, current},
        ),
    )
    return [
        SetupChange(
            action, "policy of", each.name, why, SetupRequest("POST", f"{path}/{','.join(some)}", _BY_OUR_POLICY)
        )
        for each in there.data_streams
        if _of_stream(each, pieces)
        for path, action, why, is_due in wanted
        for some in lifecycle.in_requests([index.index for index in each.managed if is_due(index)])
    ]


def extended(pieces: Iterable[Artifact], there: There) -> Iterator[SetupChange]:
    """Indices of latest states that lack fields or names which their templates give to new ones."""
    for piece in pieces:
        for index in there.latest:
            if not piece.properties or not overlap(index.name, piece.pattern):
                continue
            lacks = extension(index, piece.properties, piece.aliases)
            if lacks.clashes:
                yield SetupChange("left alone", "fields of", index.name, lacks.clash_text)
            if lacks.properties:
                request = SetupRequest("PUT", f"/{index.name}/_mapping", {"properties": lacks.properties})
                yield SetupChange("upgrade", "fields of", index.name, lacks.missing_text, request)
            for alias, about in lacks.aliases.items():
                added = {"add": {"index": index.name, "alias": alias, **about}}
                request = SetupRequest("POST", "/_aliases", {"actions": [added]})
                yield SetupChange("create", "alias", alias, f"for {index.name}", request)


def _kept_text(kept: Lifecycle) -> str:
    return "documents are kept forever" if kept.keep_days is None else f"documents are kept for {kept.keep_days} days"


def roll_overs(pieces: Mapping[str, Artifact], there: There) -> list[SetupChange]:
    """Plan the next backing index of data streams whose newest one has another mapping than new ones would."""
    made = []
    for each in there.data_streams:
        piece = _of_stream(each, pieces)
        if piece is not None and each.mapping_digest != piece.mapping_digest:
            why = "the newest index has a different mapping"
            made.append(
                SetupChange("roll over", "data stream", each.name, why, SetupRequest("POST", f"/{each.name}/_rollover"))
            )
    return made

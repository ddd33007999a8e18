"""From what is wanted and what is there to what is to be done. Pure: nothing here asks a server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from s1ecs.outputs.search.names import logs_template, templates
from s1ecs.search_setup import existing, lifecycle, names
from s1ecs.search_setup.current_state import There
from s1ecs.search_setup.desired_state import Artifact, with_priority
from s1ecs.search_setup.lifecycle import Lifecycle
from s1ecs.search_setup.setup_change import SetupChange, SetupRequest
from s1ecs.search_setup.template_patterns import fits


@dataclass(frozen=True)
class SetupPlan:
    """All that will become of what s1ecs needs on one server.

    `changes` are made when the user agrees; `roll_overs` only if wanted on top: each begins a new backing index.
    `unserved` are the streams that can't be collected as things will be, each with the reason.
    """

    changes: tuple[SetupChange, ...]
    roll_overs: tuple[SetupChange, ...] = ()
    unserved: Mapping[str, str] = field(default_factory=dict)

    @property
    def requests(self) -> tuple[SetupRequest, ...]:
        """The requests of the changes, in their order."""
        return tuple(change.request for change in self.changes if change.request is not None)


def make_plan(pieces: Sequence[Artifact], there: There, kept: Lifecycle, *, take_over: bool = False) -> SetupPlan:
    """Plan the changes that bring these artifacts to the server.

    What s1ecs did not install, or a newer one did, is left alone unless `take_over`; with it what needs it.
    """
    rivals = {piece.name: _rivals(piece, there) for piece in pieces}
    left = {} if take_over else _left_to_others(pieces, rivals, there)
    changes: list[SetupChange] = []
    made: dict[str, Artifact] = {}
    for each in pieces:
        piece = with_priority(each, _priority(each, rivals[each.name], there)) if each.pattern else each
        why = left.get(piece.name) or _missing_need(piece, left)
        change = (
            SetupChange("left alone", piece.kind, piece.name, why)
            if why
            else _change(piece, there, take_over=take_over)
        )
        if change.action != "left alone":
            made[piece.name] = piece
        elif not _is_ours(_meta(piece, there)):
            left[piece.name] = change.why
        changes.append(change)
    streams = {piece.pattern: piece for name, piece in made.items() if name == logs_template(piece.stream)}
    by_name = {change.name: change for change in changes}
    unserved = {
        piece.stream: by_name[piece.name].why
        for piece in pieces
        if piece.name == logs_template(piece.stream)
        and by_name[piece.name].action == "left alone"
        and not _is_served(piece, rivals[piece.name], there)
    }
    policy = by_name.get(names.POLICY)
    later = existing.changes(streams, there, kept, policy)
    extended = existing.extended(made.values(), there)
    return SetupPlan((*changes, *later, *extended), tuple(existing.roll_overs(streams, there)), unserved)


def _left_to_others(pieces: Sequence[Artifact], rivals: Mapping[str, Sequence[str]], there: There) -> dict[str, str]:
    """Find the artifacts that others' templates keep from being installed, by name, with the reason."""
    left = {
        piece.name: f"{_rival_text(rivals[piece.name], there)}; --take-over installs ours with a higher priority"
        for piece in pieces
        if rivals[piece.name]
    }
    # A component goes with the index templates that need it. Who has a data stream need not have the latest state.
    needed = {need for piece in pieces if piece.name not in left for need in piece.needs}
    for piece in pieces:
        if piece.kind == "component template" and piece.name not in needed:
            left[piece.name] = left.get(logs_template(piece.stream), "no stream needs it")
    if not any(piece.name == logs_template(piece.stream) and piece.name not in left for piece in pieces):
        left |= {piece.name: "no stream needs it" for piece in pieces if piece.kind == "lifecycle policy"}
    return left


def _is_served(piece: Artifact, rivals: Sequence[str], there: There) -> bool:
    """Return True if a stream can be collected without our template: another one was made for it.

    Collecting asks for a template of ours or one of Elastic's integration.
    """
    fitting = [name for name in templates(piece.stream) if fits(there.templates.get(name, {}), piece.pattern)]
    if not fitting or not rivals:
        return bool(fitting)
    return _is_for_us(there.templates[_highest(rivals, there)])


def _rivals(piece: Artifact, there: There) -> list[str]:
    """Index templates of others that ours would not stand above, or that were made for this very stream."""
    if not piece.pattern:
        return []
    ours = there.templates.get(piece.name)
    installed = ours is not None and _is_ours(ours.get("_meta"))
    priority = _priority_of(ours) if ours is not None and installed else names.PRIORITY
    return [
        name
        for name, template in there.templates.items()
        if not _is_ours(template.get("_meta"))
        and name != piece.name
        and fits(template, piece.pattern)
        and (_priority_of(template) >= priority or (not installed and _is_for_us(template)))
    ]


def _is_for_us(template: Mapping[str, Any]) -> bool:
    patterns = template.get("index_patterns", ())
    return any("sentinel_one" in each for each in ([patterns] if isinstance(patterns, str) else patterns))


def _highest(rivals: Sequence[str], there: There) -> str:
    return max(rivals, key=lambda each: _priority_of(there.templates[each]))


def _rival_text(rivals: Sequence[str], there: There) -> str:
    name = _highest(rivals, there)
    template = there.templates[name]
    package = (template.get("_meta") or {}).get("package") or {}
    owner = "Elastic's integration" if package.get("name") == "sentinel_one" else "another template"
    return f"left to {owner}, {name!r} with priority {_priority_of(template)}"


def _priority(piece: Artifact, rivals: Sequence[str], there: There) -> int:
    above = [_priority_of(there.templates[name]) + 1 for name in rivals]
    ours = there.templates.get(piece.name, {})
    if _is_ours(ours.get("_meta")):
        above.append(_priority_of(ours))
    return max([names.PRIORITY, *above])


def _priority_of(template: Mapping[str, Any]) -> int:
    return int(template.get("priority") or 0)


def _missing_need(piece: Artifact, left: Mapping[str, str]) -> str:
    return next(
        (
            f"requires {need!r}, which s1ecs did not install; --take-over replaces it"
            for need in piece.needs
            if need in left
        ),
        "",
    )


def _meta(piece: Artifact, there: There) -> Mapping[str, Any] | None:
    """The mark of what lies where the piece is to go; None if nothing does."""
    if piece.kind == "lifecycle policy":
        return None if there.policy is None else there.policy.meta
    found = (there.components if piece.kind == "component template" else there.templates).get(piece.name)
    return None if found is None else found.get("_meta") or {}


def _is_ours(meta: Mapping[str, Any] | None) -> bool:
    return meta is not None and meta.get("managed_by") == names.MANAGED_BY


def _change(piece: Artifact, there: There, *, take_over: bool) -> SetupChange:
    meta = _meta(piece, there)
    query = there.policy.query if piece.kind == "lifecycle policy" and there.policy is not None else {}
    request = SetupRequest("PUT", piece.path, piece.body, query or None)
    if meta is None:
        return SetupChange("create", piece.kind, piece.name, "", request)
    version = int(meta.get("version", 0)) if _is_ours(meta) else 0
    if not _is_ours(meta) or version > names.VERSION:
        newer = f"a newer s1ecs installed it: version {version}, this is version {names.VERSION}"
        why = newer if version else "s1ecs did not install it"
        if take_over:
            return SetupChange("take over", piece.kind, piece.name, why, request)
        return SetupChange("left alone", piece.kind, piece.name, f"{why}; --take-over replaces it")
    if (version, meta.get("digest")) == (names.VERSION, _digest(piece)):
        return SetupChange("unchanged", piece.kind, piece.name)
    why = f"from version {version}" if version < names.VERSION else "settings, streams or server changed"
    return SetupChange("upgrade", piece.kind, piece.name, why, request)


def _digest(piece: Artifact) -> str:
    """The digest in the piece's own mark, wherever its kind carries it."""
    policy = piece.body.get("policy")
    if policy is None:
        return str(piece.body["_meta"]["digest"])
    return str((policy.get("_meta") or lifecycle.ism_meta(policy))["digest"])

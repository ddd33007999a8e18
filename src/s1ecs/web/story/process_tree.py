"""Process trees: of the events of a storyline, or of the processes that a finding names itself."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from s1ecs.web.story.document_fields import DocumentFields
from s1ecs.web.story.stored_items import StoredItem

# Larger trees are cut, and deeper ones: no screen shows them.
MOST_PROCESSES = 120
_DEEPEST = 25
MOST_EFFECTS = 8


@dataclass(frozen=True)
class ProcessEffect:
    """Something that a process did, and how often: a file, a connection, a registry entry, a name."""

    event: str
    object: str
    count: int


@dataclass(frozen=True)
class ProcessNode:
    """A process with its children; texts are "" where nothing is known.

    `role` says how the finding sees it (parent, process, target), `marked` is the process that it is about.
    """

    name: str
    role: str = ""
    pid: str = ""
    user: str = ""
    executable: str = ""
    command_line: str = ""
    hash: str = ""
    signer: str = ""
    integrity: str = ""
    started: str = ""
    marked: bool = False
    effects: Sequence[ProcessEffect] = ()
    more_effects: int = 0
    children: Sequence["ProcessNode"] = ()


def tree_of_document(stream: str, item: StoredItem) -> Sequence[ProcessNode]:
    """Make the tree of parent, process and target that a document names."""
    fields = DocumentFields(stream, item.document)
    target = _target(fields)
    process = _process(fields, "process", "process", marked=True)
    if process is None and (name := fields.text("sentinel_one.threat.originator_process")):
        process = ProcessNode(name, "process", marked=True)
    if process is None:
        return [target] if target else []
    process = _with_children(process, [target] if target else [])
    parent = _process(fields, "process.parent", "parent")
    return [_with_children(parent, [process])] if parent else [process]


def _process(fields: DocumentFields, path: str, role: str, *, marked: bool = False) -> ProcessNode | None:
    own = {"process": "sentinel_one.alert.process", "process.parent": "sentinel_one.alert.process.parent"}[path]
    executable, command = fields.text(f"{path}.executable"), fields.text(f"{path}.command_line")
    name = fields.text(f"{path}.name") or executable or command
    if not name:
        return None
    return ProcessNode(
        name,
        role,
        fields.text(f"{path}.pid"),
        fields.text(f"{path}.user.name") or (fields.text("sentinel_one.threat.process_user") if marked else ""),
        executable,
        command,
        fields.text(f"{path}.hash.sha256", f"{path}.hash.sha1", f"{path}.hash.md5"),
        fields.text(f"{path}.code_signature.signing_id"),
        _known(fields.text(f"{own}.integrity_level")),
        fields.time(f"{path}.start"),
        marked=marked,
    )


def _target(fields: DocumentFields) -> ProcessNode | None:
    """Return the process, else the file, that the process acted on."""
    target = "sentinel_one.alert.target.process"
    name = fields.text(f"{target}.proc.name", f"{target}.proc.image_path")
    signed = fields.text(f"{target}.proc.signed_status")
    if name:
        return ProcessNode(
            name,
            "target",
            fields.text(f"{target}.proc.pid"),
            executable=fields.text(f"{target}.proc.image_path"),
            command_line=fields.text(f"{target}.proc.cmdline"),
            signer=signed,
            integrity=_known(fields.text(f"{target}.proc.integrity_level")),
            started=fields.time(f"{target}.start_time"),
        )
    path = fields.text(f"{target}.file.path", "threat.indicator.file.path", "file.path", "file.name")
    if not path:
        return None
    hashes = (f"{target}.file.hash", "threat.indicator.file.hash", "file.hash")
    return ProcessNode(
        fields.text("sentinel_one.threat.name")
        if fields.stream == "threat"
        else path.replace("\\", "/").rsplit("/")[-1],
        "file",
        executable=path,
        hash=fields.text(*(f"{each}.{kind}" for kind in ("sha256", "sha1", "md5") for each in hashes)),
        signer=fields.text("sentinel_one.threat.publisher_name", f"{target}.file.is_signed")
        or fields.text("sentinel_one.threat.file.verification_type"),
    )


def _known(text: str) -> str:
    return "" if text.lower() == "unknown" else text


def _with_children(node: ProcessNode, children: Sequence[ProcessNode]) -> ProcessNode:
    return ProcessNode(**{**node.__dict__, "children": [*node.children, *children]})


@dataclass
class _Seen:
    """A process while its events are read."""

    key: str
    parent: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    malicious: bool = False
    effects: Counter[tuple[str, str]] = field(default_factory=Counter)
    children: list[str] = field(default_factory=list)

    def learn(self, **texts: str) -> None:
        """Keep what is not known yet."""
        self.texts.update({name: text for name, text in texts.items() if text and not self.texts.get(name)})


def tree_of_events(events: Sequence[StoredItem]) -> Sequence[ProcessNode]:
    """Make the tree of the processes that threat events name, those without a known parent at its roots."""
    seen: dict[str, _Seen] = {}
    for event in events:
        _read(DocumentFields("threat_event", event.document), seen)
    for each in list(seen.values()):
        if each.parent in seen and not _is_above(seen, each.key, each.parent):
            seen[each.parent].children.append(each.key)
        else:
            each.parent = ""
    budget = [MOST_PROCESSES]
    return [_built(seen, each, budget, 0) for each in seen.values() if not each.parent and budget[0] > 0]


def _read(fields: DocumentFields, seen: dict[str, _Seen]) -> None:
    own = "sentinel_one.threat_event"
    name = fields.text("process.name", f"{own}.process.display_name", "process.executable")
    pid = fields.text("process.pid", f"{own}.pid")
    if not (name or pid):
        return
    key = fields.text(f"{own}.process.unique_key") or f"{pid}/{name}"
    process = seen.setdefault(key, _Seen(key))
    process.malicious |= fields.get(f"{own}.process.is_malicious") is True
    process.learn(
        name=name or pid,
        pid=pid,
        user=fields.text("process.user.name", f"{own}.process.user_name"),
        executable=fields.text("process.executable", f"{own}.process.image_path"),
        command_line=fields.text("process.command_line", f"{own}.process.cmd"),
        hash=fields.text("process.hash.sha256", "process.hash.sha1", "process.hash.md5"),
        signer=fields.text(f"{own}.publisher", f"{own}.signed_status"),
        integrity=_known(fields.text(f"{own}.process.integrity_level")),
        started=fields.time("process.start"),
    )
    parent_name, parent_pid = fields.text("process.parent.name"), fields.text("process.parent.pid", f"{own}.parent_pid")
    parent_key = fields.text(f"{own}.parent_process.unique_key")
    if parent_key or parent_name:
        parent_key = parent_key or f"{parent_pid}/{parent_name}"
        parent = seen.setdefault(parent_key, _Seen(parent_key))
        parent.learn(name=parent_name or parent_pid, pid=parent_pid)
        process.parent = process.parent or (parent_key if parent_key != key else "")
    what = fields.text(f"{own}.event_type", f"{own}.object_type")
    process.effects[what, _object_of(fields)] += 1


def _object_of(fields: DocumentFields) -> str:
    own = "sentinel_one.threat_event"
    indicator = fields.text("threat.indicator.name", f"{own}.indicator.name")
    address, port = fields.text("destination.ip"), fields.text("destination.port")
    return (
        indicator
        or fields.text(f"{own}.dns_request", "url.full", "registry.path")
        or (f"{address}:{port}" if address and port else address)
        or fields.text("file.name", f"{own}.file.full_name", f"{own}.task_name", f"{own}.logins_user_name")
    )


def _is_above(seen: dict[str, _Seen], key: str, parent: str) -> bool:
    """Tell whether a process is an ancestor of what is to be its parent: events that contradict each other."""
    passed = set()
    while parent and parent not in passed:
        if parent == key:
            return True
        passed.add(parent)
        parent = seen[parent].parent if parent in seen else ""
    return False


def _built(seen: dict[str, _Seen], process: _Seen, budget: list[int], depth: int) -> ProcessNode:
    budget[0] -= 1
    children = list(_children(seen, process, budget, depth))
    effects = [ProcessEffect(event, what, count) for (event, what), count in process.effects.most_common(MOST_EFFECTS)]
    return ProcessNode(
        **{"name": "unknown process", **process.texts},
        marked=process.malicious,
        effects=effects,
        more_effects=len(process.effects) - len(effects),
        children=children,
    )


def _children(seen: dict[str, _Seen], process: _Seen, budget: list[int], depth: int) -> Iterator[ProcessNode]:
    if depth < _DEEPEST:
        for key in process.children:
            if budget[0] > 0:
                yield _built(seen, seen[key], budget, depth + 1)

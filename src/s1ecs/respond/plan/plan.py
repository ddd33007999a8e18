"""Planning an action: reads only. What comes out is exactly what will be sent, or a refusal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from s1ecs.errors import ActionRefused, ConsoleError, Forbidden, NotFound
from s1ecs.respond.actions.action import Action, Lookup, On
from s1ecs.respond.actions.request import ActionRequest, make_request
from s1ecs.respond.actions.threats import mitigation_systems
from s1ecs.respond.audit.journal import Target
from s1ecs.respond.files.passwords import new_password
from s1ecs.respond.plan import hosts, targets
from s1ecs.respond.plan.checked_arguments import check_arguments, check_options, checked
from s1ecs.respond.plan.find_host import find_host
from s1ecs.respond.plan.late_state import contradiction
from s1ecs.respond.plan.lookups import asked_for, found, reads_for
from s1ecs.respond.plan.unknown_ids import as_unknown
from s1ecs.respond.session import ActionConsole
from s1ecs.respond.trackers import ReadRequest, Subject
from s1ecs.respond.trackers.follow_state import FollowState
from s1ecs.respond.trackers.tracker import records
from s1ecs.respond.validators import fits_system
from s1ecs.settings.units import write_duration

# A plan that is older (seconds) is made again before it is sent: people think, and others act meanwhile.
_FRESH = 1.0
_SENT_ALTHOUGH = "sent although"
_PASSING = frozenset({hosts.LAST_ACTIVE, hosts.UPDATED, _SENT_ALTHOUGH})


@dataclass(frozen=True)
class Scope:
    """A scope of a list: `kind` is site, account, group or tenant, `id` the console's id of it."""

    kind: str
    id: str = ""


class PlanRefused(ActionRefused):
    """An action is not sent; `targets` are what it would have acted on, as far as that was found."""

    def __init__(self, text: str, targets: tuple[Target, ...] = ()) -> None:
        super().__init__(text)
        self.targets = targets


@dataclass(frozen=True)
class Plan:
    """An action that may be carried out: `requests` are sent in turn, each as it stands here.

    `described` is for people: what it acts on and in which state that is. `follow` is what following needs. `target`
    and `arguments` are what was asked for, `made` the steady seconds of when; `each` names the requests, where there is
    one for each value of an argument. `details` are noted from the beginning; `noted` are those of them that come from
    whoever asked, such as the batch that the action belongs to. `lasting`: it is ended again after this time.
    """

    id: str
    action: Action
    targets: tuple[Target, ...]
    described: tuple[tuple[str, str], ...]
    requests: tuple[ActionRequest, ...]
    comment: str
    follow: FollowState = field(repr=False)
    target: str | Scope
    arguments: Mapping[str, Any] = field(repr=False)
    made: float
    each: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    force: bool = False
    noted: Mapping[str, Any] = field(default_factory=dict)
    lasting: timedelta | None = None


async def make_plan(
    console: ActionConsole,
    action: Action,
    target: str | Scope,
    arguments: Mapping[str, Any],
    *,
    comment: str = "",
    id: str = "",  # noqa: A002 - what the journal and the console's tasks call it
    force: bool = False,
    noted: Mapping[str, Any] = MappingProxyType({}),
    lasting: timedelta | None = None,
) -> Plan:
    """Look at the console and make the requests; nothing is changed by it.

    `force`: make them also where the state of the host speaks against it, as far as the action is harmless. `lasting`:
    schedule the action that ends it after this time.

    Raises UsageError for a word that is none of the choices, ActionRefused with the reason where the action makes no
    sense, ConsoleError types where the console can't be asked.
    """
    check_arguments(action, arguments)
    clean = checked(action.arguments, arguments)
    identity = id or console.around.new_id()
    check_options(action, force=force, lasting=lasting)
    await console.admit()
    found_target, described = await _target(console, action, target, clean, force=force)
    await console.client.learn_time()
    try:
        action.together(clean, console.client.now())
    except ValueError as problem:
        raise ActionRefused(str(problem)) from None
    values: dict[str, Any] = {**clean, "id": found_target.id, "system": found_target.os}
    values |= _of_scope(target)
    try:
        values |= await _looked_up(console, action.lookup, values)
    except ActionRefused as refusal:
        raise PlanRefused(str(refusal), (found_target,)) from None
    described = [*described, *values.pop("told", ())]
    if lasting is not None:
        described.append((f"{action.ended_by} after", f"{write_duration(lasting)}, sent by `s1ecs run`"))
    values = dict(action.values(values))
    follow = FollowState(url=console.client.connection.url)
    if "password" in action.drawn:
        values["password"] = new_password(console.around.choose)
        follow = replace(follow, password=values["password"])
    if "task" in action.drawn:
        told = f": {comment}" if comment else ""
        who = f"{console.around.user}@{console.around.machine}"
        values["task"] = f"s1ecs {action.name} by {who}, action {identity}{told}"
    if action.follower is not None:
        subject = Subject(found_target.id, values, identity)
        now = console.client.now()
        reads = action.follower.before(subject, now)
        try:
            answers = [await _read_if_possible(console, each, values.get("scope")) for each in reads]
        except ActionRefused as refusal:
            raise PlanRefused(str(refusal), (found_target,)) from None
        follow = replace(follow, state=action.follower.begin(subject, now, answers))
    each = values[action.each] if action.each else [None]
    requests = tuple(
        make_request(action.method, action.path, action.body, {**values, "each": one}, action.drawn) for one in each
    )
    return Plan(
        identity,
        action,
        (found_target,),
        tuple(described),
        requests,
        comment,
        follow,
        target,
        arguments,
        console.around.monotonic(),
        tuple(map(str, each)) if action.each else (),
        {**noted, **{name: clean[name] for name in action.noted}},
        force,
        noted,
        lasting,
    )


def _of_scope(target: str | Scope) -> dict[str, Any]:
    """Further values of an action on a list of a scope."""
    if not isinstance(target, Scope):
        return {}
    return {
        "scope_filter": targets.scope_filter(target.kind, target.id),
        "scope_query": targets.scope_query(target.kind, target.id),
        "scope": None if target.kind == "tenant" else (target.kind, target.id),
    }


async def renewed(console: ActionConsole, plan: Plan) -> Plan:
    """The plan as it is to be sent now: one that waited for an answer is made again.

    Raises ActionRefused where the action makes no sense any more, or anything that people decided by has changed,
    ConsoleError types where the console can't be asked.
    """
    if console.around.monotonic() - plan.made < _FRESH:
        return plan
    again = await make_plan(
        console,
        plan.action,
        plan.target,
        plan.arguments,
        comment=plan.comment,
        id=plan.id,
        force=plan.force,
        noted=plan.noted,
        lasting=plan.lasting,
    )
    if changes := list(_changes(plan, again)):
        raise PlanRefused(
            f"the plan has changed since the preview: {', '.join(changes)}; run the command again", again.targets
        )
    return again


def _changes(before: Plan, now: Plan) -> Iterator[str]:
    """List what differs from what was shown; "last active" changes all the time and decides nothing."""
    # Of many actions nobody looked at each line; the checks were made again.
    told, now_told = dict(before.described), dict(now.described if before.described else ())
    for title in dict.fromkeys([*told, *now_told]):
        if title not in _PASSING and told.get(title) != now_told.get(title):
            yield f"{title}: {told.get(title)} -> {now_told.get(title)}"
    if [target.id for target in before.targets] != [target.id for target in now.targets]:
        yield "the target differs"
    if [request.shown for request in before.requests] != [request.shown for request in now.requests]:
        yield "the request differs"


async def _target(
    console: ActionConsole, action: Action, target: str | Scope, arguments: Mapping[str, Any], *, force: bool
) -> tuple[Target, Sequence[tuple[str, str]]]:
    if isinstance(target, Scope) is not (action.on is On.SCOPE):
        raise ActionRefused(f"{action.name} acts on {action.on.value}, not on {target!r}")
    if isinstance(target, Scope):
        scope = targets.scope_target(target.kind, target.id)
        told = "the whole tenant" if target.kind == "tenant" else f"{target.kind} {target.id}"
        return scope, [("scope", told)]
    if action.on is not On.HOST:
        read = targets.read_of(action.on, target)
        try:
            data = await console.read(read)
        except ConsoleError as error:
            raise as_unknown(error, targets.WHAT[action.on], target, console.name) from None
        found_target, described = targets.target_in(action.on, target, data, console.client.now())
        systems = mitigation_systems(arguments) if action.on is On.THREAT else frozenset()
        if systems and found_target.os not in systems:
            allowed = ", ".join(sorted(systems - {"windows_legacy"}))
            what = arguments.get("mitigation")
            runs = found_target.os or "another system"
            raise PlanRefused(f"{what} supports {allowed} only, but the host runs {runs}", (found_target,))
        return found_target, described
    found_host = await find_host(console, target)
    agent = found_host.agent
    host = hosts.target_of(agent)
    if why := hosts.impossible(agent, action.systems):
        raise PlanRefused(f"{host.name} ({host.id}): {why}", (host,))
    although = await _against(console, action, agent, host, force=force)
    for path in arguments.get("paths", ()):
        if not fits_system(path, host.os):
            raise PlanRefused(f"{path!r} is not an absolute path on {host.os}", (host,))
    by = [("found by", found_host.by)] if found_host.by else []
    return host, [*hosts.described(agent, console.client.now()), *by, *although]


async def _against(
    console: ActionConsole, action: Action, agent: Mapping[str, Any], host: Target, *, force: bool
) -> list[tuple[str, str]]:
    """Reasons against the action in the state that the console shows, when contradicted or forced.

    Raises PlanRefused where neither is so.
    """
    although = []
    for check in action.checks:
        why = check.why_not(agent)
        if not why:
            continue
        if force and check.late is not None:
            although.append(("forced", f"although {why}"))
            continue
        told = await contradiction(console, check.late, host.id) if check.late is not None else ""
        if not told:
            hint = "; --force sends it anyway" if check.late is not None else ""
            as_of = hosts.as_of(agent, console.client.now())
            raise PlanRefused(f"{host.name} ({host.id}): {why}; {as_of}{hint}", (host,))
        although.append((_SENT_ALTHOUGH, f"{why}: agents report late, and {told}"))
    return although


async def _read_if_possible(console: ActionConsole, read: ReadRequest, scope: tuple[str, str] | None) -> Any:
    """Read the state before the request; if the token may not read it, following does without.

    Raises ActionRefused where the console knows no such scope, by its kind and id.
    """
    try:
        return await console.read(read)
    except ConsoleError as error:
        if error.transient:
            raise
        if scope is not None and isinstance(error, NotFound):
            raise as_unknown(error, *scope, console.name) from None
        return None


async def _looked_up(console: ActionConsole, lookup: Lookup, values: Mapping[str, Any]) -> dict[str, Any]:
    """Further values, from what has to be looked up before; raise ActionRefused, ConsoleError types."""
    answers = []
    for read in reads_for(lookup, values):
        try:
            answers.append(await console.read(read))
        except Forbidden:
            if lookup is not Lookup.GROUP:
                raise
            # Groups are only read to know a wrong id before the console does.
            return {}
        except ConsoleError as error:
            if (asked := asked_for(lookup, values)) is None:
                raise
            raise as_unknown(error, *asked, console.name) from None
    return found(lookup, values, [each for answer in answers for each in records(answer)])

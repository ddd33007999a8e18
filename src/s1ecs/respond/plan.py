"""Planning an action: reads only. What comes out is exactly what will be sent, or a refusal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from s1ecs.errors import ActionRefused, ConsoleError
from s1ecs.respond import hosts, subjects
from s1ecs.respond.action import Action, Argument, On
from s1ecs.respond.audit.journal import Target
from s1ecs.respond.console import ActionConsole
from s1ecs.respond.files.password import new_password
from s1ecs.respond.following import Read, Subject
from s1ecs.respond.limits import fits_system
from s1ecs.respond.lookups import found, read_for
from s1ecs.respond.request import Request, make_request
from s1ecs.respond.table.threats import mitigation_systems

# A plan that is older (seconds) is made again before it is sent: people think, and others act meanwhile.
_FRESH = 1.0
_PASSING = "last active"


@dataclass(frozen=True)
class Scope:
    """A scope of a list: `kind` is site, account, group or tenant, `id` the console's id of it."""

    kind: str
    id: str = ""


class Refusal(ActionRefused):
    """An action is not sent; `targets` are what it would have acted on, as far as that was found."""

    def __init__(self, text: str, targets: tuple[Target, ...] = ()) -> None:
        super().__init__(text)
        self.targets = targets


@dataclass(frozen=True)
class Plan:
    """An action that may be carried out: `requests` are sent in turn, each as it stands here.

    `described` is for people: what it acts on and in which state that is. `follow` is what following needs. `target`
    and `arguments` are what was asked for, `made` the steady seconds of when; `each` names the requests, where there is
    one for each value of an argument.
    """

    id: str
    action: Action
    targets: tuple[Target, ...]
    described: tuple[tuple[str, str], ...]
    requests: tuple[Request, ...]
    comment: str
    follow: Mapping[str, Any] = field(repr=False)
    target: str | Scope
    arguments: Mapping[str, Any] = field(repr=False)
    made: float
    each: tuple[str, ...] = ()


async def make_plan(
    console: ActionConsole,
    action: Action,
    target: str | Scope,
    arguments: Mapping[str, Any],
    *,
    comment: str = "",
    id: str = "",  # noqa: A002 - what the journal and the console's tasks call it
) -> Plan:
    """Look at the console and make the requests; nothing is changed by it.

    Raises ActionRefused with the reason where the action makes no sense, ConsoleError types where the console can't be
    asked.
    """
    clean = _checked(action, arguments)
    identity = id or console.around.new_id()
    found_target, described = await _target(console, action, target, clean)
    await console.client.learn_time()
    try:
        action.together(clean, console.client.now())
    except ValueError as problem:
        raise ActionRefused(str(problem)) from None
    values: dict[str, Any] = {**clean, "id": found_target.id, "system": found_target.os}
    if isinstance(target, Scope):
        values["scope_filter"] = subjects.scope_filter(target.kind, target.id)
        values["scope_query"] = subjects.scope_query(target.kind, target.id)
    read = read_for(action.lookup, values)
    if read is not None:
        try:
            values |= found(action.lookup, values, await console.read(read))
        except ActionRefused as refusal:
            raise Refusal(str(refusal), (found_target,)) from None
    described = [*described, *values.pop("told", ())]
    values = dict(action.values(values))
    follow: dict[str, Any] = {"uncertain": True}
    if "password" in action.drawn:
        values["password"] = follow["password"] = new_password(console.around.choose)
    if "task" in action.drawn:
        told = f": {comment}" if comment else ""
        who = f"{console.around.user}@{console.around.machine}"
        values["task"] = f"s1ecs {action.name} by {who}, action {identity}{told}"
    if action.follower is not None:
        subject = Subject(found_target.id, values, identity)
        now = console.client.now()
        answers = [await _read_if_possible(console, each) for each in action.follower.before(subject, now)]
        follow["state"] = action.follower.begin(subject, now, answers)
    each = values[action.each] if action.each else [None]
    requests = tuple(
        make_request(action.method, action.path, action.body, {**values, "each": one}, action.drawn) for one in each
    )
    follow["url"] = console.client.connection.url
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
    )


async def renewed(console: ActionConsole, plan: Plan) -> Plan:
    """The plan as it is to be sent now: one that waited for an answer is made again.

    Raises ActionRefused where the action makes no sense any more, or anything that people decided by has changed,
    ConsoleError types where the console can't be asked.
    """
    if console.around.monotonic() - plan.made < _FRESH:
        return plan
    again = await make_plan(console, plan.action, plan.target, plan.arguments, comment=plan.comment, id=plan.id)
    if changes := list(_changes(plan, again)):
        raise Refusal(f"it changed since it was shown: {', '.join(changes)}; look again", again.targets)
    return again


def _changes(before: Plan, now: Plan) -> Iterator[str]:
    """What is not as it was shown. When a host was last active changes all the time, and decides nothing."""
    told, now_told = dict(before.described), dict(now.described)
    for title in dict.fromkeys([*told, *now_told]):
        if title != _PASSING and told.get(title) != now_told.get(title):
            yield f"{title}: {told.get(title)} -> {now_told.get(title)}"
    if [target.id for target in before.targets] != [target.id for target in now.targets]:
        yield "it would act on another one"
    if [request.shown for request in before.requests] != [request.shown for request in now.requests]:
        yield "the request would be another one"


def _checked(action: Action, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, cleaned; raise ActionRefused for one that the console would not take."""
    clean: dict[str, Any] = {}
    for argument in action.arguments:
        value = arguments.get(argument.name)
        if value is None or (argument.many and not value):
            if argument.needed:
                raise ActionRefused(f"{argument.flag or argument.metavar} is missing")
            continue
        given = [value] if isinstance(value, str) else list(value)
        if argument.many and len(given) > argument.most:
            raise ActionRefused(f"{argument.metavar}: {len(given)} are given, {argument.most} are allowed")
        cleaned = [_one(argument, each) for each in dict.fromkeys(given)]
        clean[argument.name] = cleaned if argument.many else cleaned[0]
    return clean


def _one(argument: Argument, text: str) -> str:
    if argument.choices and text not in argument.choices:
        raise ActionRefused(f"{argument.flag or argument.metavar}: {text!r} is none of {', '.join(argument.choices)}")
    try:
        return argument.check(text)
    except ValueError as problem:
        raise ActionRefused(f"{argument.flag or argument.metavar}: {problem}") from None


async def _target(
    console: ActionConsole, action: Action, target: str | Scope, arguments: Mapping[str, Any]
) -> tuple[Target, Sequence[tuple[str, str]]]:
    if isinstance(target, Scope) is not (action.on is On.SCOPE):
        raise ActionRefused(f"{action.name} acts on {action.on.value}, and was given {target!r}")
    if isinstance(target, Scope):
        scope = subjects.scope_target(target.kind, target.id)
        told = "the whole tenant" if target.kind == "tenant" else f"{target.kind} {target.id}"
        return scope, [("scope", told)]
    if action.on is not On.HOST:
        read = subjects.read_of(action.on, target)
        found_target, described = subjects.target_in(action.on, target, await console.read(read))
        systems = mitigation_systems(arguments) if action.on is On.THREAT else frozenset()
        if systems and found_target.os not in systems:
            allowed = ", ".join(sorted(systems - {"windows_legacy"}))
            what = arguments.get("mitigation")
            runs = found_target.os or "another system"
            raise Refusal(f"{what} is for {allowed} only, and the host runs {runs}", (found_target,))
        return found_target, described
    agent = await find_agent(console, target)
    host = hosts.target_of(agent)
    if why := hosts.why_not(agent, action.checks, action.systems):
        raise Refusal(f"{host.name} ({host.id}): {why}", (host,))
    for path in arguments.get("paths", ()):
        if not fits_system(path, host.os):
            raise Refusal(f"{path!r} is no absolute path on {host.os}", (host,))
    return host, hosts.described(agent)


async def find_agent(console: ActionConsole, host: str) -> Mapping[str, Any]:
    """The agent that a HOST means; raise ActionRefused where none or several fit, ConsoleError types."""
    for way in hosts.ways(host):
        # A name may fit more agents than a page has.
        agents = [each async for each in console.everything(way.read) if isinstance(each, dict)]
        agent = hosts.choose(host, way, agents)
        if agent is not None:
            return agent
    raise hosts.unknown(host)


async def _read_if_possible(console: ActionConsole, read: Read) -> Any:
    """What is there before the request; where the token may not see it, following has to do without."""
    try:
        return await console.read(read)
    except ConsoleError as error:
        if error.transient:
            raise
        return None

"""Printing of an action on many targets: the plan with each target's state, a line for each result, the summary."""

from collections import Counter
from collections.abc import Sequence

from s1ecs.commands.respond import printing, question
from s1ecs.commands.respond.selection import NOUNS
from s1ecs.commands.terminal.writer import ERR, OUT
from s1ecs.escaping import one_line
from s1ecs.respond.audit.journal import OPEN, Entry
from s1ecs.respond.batches.planning import ManyPlans
from s1ecs.respond.plan.hosts import LAST_ACTIVE
from s1ecs.respond.plan.plan import Plan
from s1ecs.respond.run.refuse import why
from s1ecs.respond.run.result import Result

_SHOWN = ("host", "state", LAST_ACTIVE)


def print_plans(many: ManyPlans, console: str, *, requests: bool) -> None:
    """On standard error what an action will do, with a line for every target."""
    action, noun = many.action, NOUNS[many.action.on]
    rows = [("action", f"{action.name}: {action.meaning}")]
    if many.plans:
        rows += [("with", told) for told in printing.arguments_of(many.plans[0])]
    if many.comment:
        rows.append(("comment", many.comment))
    repeated = f" ({many.repeated} named more than once)" if many.repeated else ""
    rows.append((noun, f"{len(many.plans)}{repeated}"))
    width = max(len(title) for title, _ in rows)
    for title, text in rows:
        ERR.write(f"{title.ljust(width)}  {one_line(text)}\n")
    lines = [_line(plan) for plan in many.plans]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    for plan, line in zip(many.plans, lines, strict=True):
        told = "  ".join(text.ljust(length) for text, length in zip(line, widths, strict=True))
        ERR.write(f"  {told.rstrip()}\n")
        if requests:
            printed = (printing.as_json(request.shown) for request in plan.requests)
            ERR.write("".join(f"    request {each}\n" for each in printed))
    if many.refused:
        ERR.write(f"refused  {len(many.refused)}\n")
    for each in many.refused:
        print_refusal(each.target, why(action, each.error, console))


def print_refusal(target: str, reason: str) -> None:
    """Print a target that nothing is sent for, with the reason; the list of those that fit a name is set in."""
    first, *more = reason.split("\n")
    ERR.write(f"  {one_line(target)}: {one_line(first)}\n")
    for line in more:
        ERR.write(f"      {one_line(line).strip()}\n")


def print_line(result: Result, *, wait: bool) -> None:
    """Print a result on one line of standard error; what a program needs of it goes to standard output."""
    first, *more = result.reason.split("\n") if result.status == "refused" else [result.reason]
    ERR.write(f"{result.status}: {one_line(_names(result))}: {one_line(first)}\n")
    for line in more:
        ERR.write(f"    {one_line(line).strip()}\n")
    printing.print_end_of(result)
    if result.brought is not None:
        printing.print_file(result.brought)
        if result.brought.password:
            OUT.write(f"{one_line(str(result.brought.path))}\t{result.brought.password}\n")
    elif not wait and result.status != "refused":
        OUT.write(f"{result.id}\n")


def print_summary(results: Sequence[Result], batch: str) -> None:
    """Print how many ended how, those that did not end well once more, and how to go on."""
    counts = Counter(result.status for result in results)
    for result in results:
        if result.status in {"failed", "superseded", "unknown"}:
            ERR.write(f"  {result.status}: {one_line(_names(result))}: {one_line(result.reason)}\n")
    ERR.write(f"{', '.join(f'{count} {status}' for status, count in counts.items()) or 'nothing to do'}\n")
    if counts["scheduled"]:
        ERR.write(f"send the rest with: s1ecs respond resume {batch}\n")
    if any(result.status in OPEN for result in results):
        ERR.write(f"check again with: s1ecs respond status {batch}\n")


def print_stopped(entries: Sequence[Entry], batch: str) -> None:
    """Print how far a batch is that was interrupted, and how to go on with it."""
    counts = Counter("not sent" if entry.status == "scheduled" else entry.status for entry in entries)
    ERR.write(f"\nstopped: {', '.join(f'{count} {what}' for what, count in counts.items()) or 'nothing was sent'}\n")
    if counts["not sent"]:
        ERR.write(f"send the rest with: s1ecs respond resume {batch}\n")
        ERR.write(f"drop the rest with: s1ecs respond cancel {batch}\n")
    if any(entry.status in OPEN for entry in entries):
        ERR.write(f"follow those that were sent with: s1ecs respond status {batch}\n")


def question_of(many: ManyPlans) -> str:
    """The question before an action on many, such as "Isolate 12 hosts"."""
    count, noun = len(many.plans), NOUNS[many.action.on]
    return question.asked(many.action, many.arguments, f"{count} {noun if count > 1 else noun.removesuffix('s')}")


def _line(plan: Plan) -> list[str]:
    told = dict(plan.described)
    [target] = plan.targets
    shown = [told.get(title, "") for title in _SHOWN if target.kind != "agent" or title != "host"]
    return [one_line(each) for each in (printing.named(target), *shown, told.get("found by", ""))]


def _names(result: Result) -> str:
    return ", ".join(printing.named(target) for target in result.hosts)

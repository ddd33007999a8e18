"""Writes lines by bulk requests, some at a time, each tried again for as long as the server asks for patience.

Only the server's own verdict about an item says what became of a document. After any other answer, whoever gave it, the
document may be there: it is looked up before it is sent again.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, NamedTuple

from s1ecs.errors import ServerSilent, all_of
from s1ecs.outputs.output import RefusedDocument
from s1ecs.outputs.search.bulk import BulkLine, BulkTarget, body, requests, size_of
from s1ecs.outputs.search.client.server import Reply, SearchServer
from s1ecs.outputs.search.error_origin import is_index_at_fault
from s1ecs.outputs.search.error_rules import Ruling, Stopped, exceeds, lacks_pipeline, request_ruling, ruling, stopped
from s1ecs.outputs.search.own_pipeline import has_pipeline, missing
from s1ecs.outputs.search.repeated_refusals import Alone
from s1ecs.outputs.search.request_lines import Next, RequestLines, Sorted, Suspects, Why, parted
from s1ecs.outputs.search.request_sizes import Sizes
from s1ecs.outputs.search.responses import items
from s1ecs.outputs.search.retry import RetryDelay, Sleep
from s1ecs.tasks import side_by_side

IN_FLIGHT = 4
_HEADERS = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
# What of an answer is looked at.
_ANSWER = "items.*._id,items.*._index,items.*.status,items.*.error,items.*.failure_store"
# So often are several documents refused together while the server takes others, until they are parted; and without.
_TOGETHER, _TOGETHER_WITHOUT_OTHERS = 4, 8
# So often is a document refused alone until that is its own fault; and so many of a piece, none of which was taken,
# until it is the fault of none.
_ACCUSATIONS, _MOST_ACCUSED = 3, 8

# Told of each index that took a document.
ReportProblem = Callable[[str], None]
# Those of the ids whose documents are there already.
Held = Callable[[Sequence[str]], Awaitable[frozenset[str]]]


@dataclass
class _Job:
    """One call: where its lines go, and what became of them so far."""

    target: BulkTarget
    seen: ReportProblem
    held: Held | None
    refused: list[RefusedDocument] = field(default_factory=list)
    suspects: list[Suspects] = field(default_factory=list)


class _Told(NamedTuple):
    """A line, the item that tells of it, and what that means."""

    line: BulkLine
    item: Mapping[str, Any]
    rule: Ruling


class BulkWriter:
    """Gives lines to a server. `asked` is the same server for questions, which are asked for as long as it takes."""

    def __init__(
        self, server: SearchServer, asked: SearchServer, patience: RetryDelay, sleep: Sleep, clock: Callable[[], float]
    ) -> None:
        self._server = server
        self._asked = asked
        self._patience = patience
        self._sleep = sleep
        self._sizes = Sizes()
        self._alone = Alone(clock)
        self._taken = 0
        self._waiting: set[str] = set()

    async def write(
        self, target: BulkTarget, lines: Sequence[BulkLine], seen: ReportProblem, held: Held | None = None
    ) -> list[RefusedDocument]:
        """Make the lines durable but for those that are given back. Raise OutputError, with others maybe done.

        `seen` is told where they went; `held` is asked what is there, where to send a document twice would double it.
        ServerSilent is not tried again here: what was sent must be looked for first.
        """
        job = _Job(target, seen, held)
        waiting = deque(RequestLines(each, before=self._taken) for each in requests(lines, self._sizes.most))

        async def work() -> None:
            while waiting:
                left = await self._piece(job, waiting.popleft())
                waiting.extendleft(reversed(left.now))
                waiting.extend(left.later)

        try:
            await side_by_side(work() for _ in range(min(IN_FLIGHT, len(waiting))))
        finally:
            self._waiting.difference_update(line.id for line in lines)
        self._judge(job)
        self._over()
        return job.refused

    def _judge(self, job: _Job) -> None:
        """Refuse documents that were refused alone while others were accepted; else raise OutputError."""
        for suspects in job.suspects:
            for line, error, reason in suspects.accused:
                status = error.reply.status
                if not suspects.taken and not self._alone.is_proven(
                    line, status, taken=self._taken, before=self._taken
                ):
                    raise error
                self._refuse(job, line, reason)

    async def _piece(self, job: _Job, piece: RequestLines) -> Next:
        """Send a piece once."""
        if piece.pause:
            await self._sleep(piece.pause)
        lines = await self._missing(job, piece)
        if not lines:
            return Next()
        try:
            reply = await self._server.request(
                "POST",
                job.target.path,
                await body(lines),
                query={**job.target.query, "filter_path": f"error,status,{_ANSWER}"},
                headers=_HEADERS,
            )
        except ServerSilent as error:
            if len(lines) > 1:
                self._sizes.cut(size_of(lines))
            elif self._alone.is_proven(lines[0], 0, taken=self._taken, before=piece.before):
                self._refuse(job, lines[0], f"{error}, repeatedly, while other documents were accepted")
                return Next()
            raise
        self._sizes.taken()
        piece = replace(piece, lines=lines, pause=0.0, doubtful=frozenset())
        if reply.status >= HTTPStatus.MULTIPLE_CHOICES:
            return self._whole(job, piece, reply)
        return await self._each(job, piece, reply)

    async def _missing(self, job: _Job, piece: RequestLines) -> list[BulkLine]:
        """The lines of a piece without those that turn out to have arrived."""
        if job.held is None or not piece.doubtful:
            return piece.lines
        there = await job.held([line.id for line in piece.lines if line.id in piece.doubtful])
        for line in piece.lines:
            if line.id in there:
                self._take(line)
        return [line for line in piece.lines if line.id not in there]

    def _whole(self, job: _Job, piece: RequestLines, reply: Reply) -> Next:
        """Handle a response that is not a success: whatever sent it, the documents may have arrived."""
        rule = request_ruling(reply)
        size = size_of(piece.lines)
        doubtful = frozenset(line.id for line in piece.lines)
        if rule.verdict == "refused" or exceeds(reply.body.get("error"), size, len(piece.lines)):
            return self._too_large(job, piece, rule.reason, doubtful)
        if rule.verdict == "again":
            return self._again(job, piece, Why(reply.status, rule.reason, reply.retry_after, doubtful))
        error = stopped(self._server, reply, rule.reason)
        if not rule.own:
            raise error
        return self._accuse(job, piece, error, rule.reason, doubtful)

    def _accuse(self, job: _Job, piece: RequestLines, error: Stopped, reason: str, doubtful: frozenset[str]) -> Next:
        """Find the documents that a refusal of a whole piece is about, if it is about any; raise it where not."""
        suspects = piece.suspects
        if suspects is None:
            suspects = Suspects()
            job.suspects.append(suspects)
            piece = replace(piece, tries=0, suspects=suspects)
        if len(piece.lines) > 1:
            return Next(now=parted(piece, doubtful))
        [line] = piece.lines
        suspects.alone.add(line.id)
        if len(suspects.alone) >= _MOST_ACCUSED and not suspects.taken:
            raise error
        if piece.tries + 1 < _ACCUSATIONS:
            pause = self._patience.seconds(piece.tries)
            return Next(later=[replace(piece, tries=piece.tries + 1, pause=pause, doubtful=doubtful)])
        suspects.accused.append((line, error, reason))
        return Next()

    async def _each(self, job: _Job, piece: RequestLines, reply: Reply) -> Next:
        """Handle the server's verdict about each line. Raise OutputError to stop."""
        answered = Sorted()
        for line, item in zip(piece.lines, items(self._server, reply, piece.lines), strict=True):
            if item is None:
                answered.again.append(line)
                answered.doubtful.add(line.id)
            else:
                rule = await self._ruling(job, reply, item)
                self._sort(job, piece, answered, _Told(line, item, rule))
        for line, rule in answered.own:
            # What is the index's fault is the fault of none, or of all.
            if not answered.taken:
                raise stopped(self._server, reply, all_of(each.reason for _, each in answered.own))
            self._refuse(job, line, rule.reason)
        now: Sequence[RequestLines] = ()
        if answered.large:
            large = replace(piece, lines=answered.large)
            is_known = len(piece.lines) == 1 or len(answered.large) > 1
            now = self._too_large(job, large, answered.reason, frozenset()).now if is_known else [large]
        if not answered.again:
            return Next(now)
        why = Why(answered.status, answered.reason, reply.retry_after, frozenset(answered.doubtful))
        return Next(now, self._again(job, replace(piece, lines=answered.again), why).later)

    def _sort(self, job: _Job, piece: RequestLines, answered: Sorted, told: "_Told") -> None:
        line, item, rule = told
        if rule.verdict == "taken":
            job.seen(item.get("_index", ""))
            answered.taken += 1
            if piece.suspects:
                piece.suspects.taken += 1
            self._take(line)
        elif rule.verdict == "refused":
            self._refuse(job, line, rule.reason)
        elif rule.verdict == "again":
            answered.status = item["status"]
            answered.reasons.append(rule.reason)
            is_large = exceeds(item.get("error"), size_of(piece.lines), len(piece.lines))
            (answered.large if is_large else answered.again).append(line)
            # Of what was turned away at the door nothing was done.
            if item["status"] != HTTPStatus.TOO_MANY_REQUESTS:
                answered.doubtful.add(line.id)
        else:
            answered.own.append((line, rule))

    async def _ruling(self, job: _Job, reply: Reply, item: Mapping[str, Any]) -> Ruling:
        """Return the verdict of an item, after a look at its index if need be. Raise OutputError to stop."""
        rule = ruling(item, job.target.data_stream)
        await self._require_pipeline(job.target.query["pipeline"], reply, item)
        if rule.doubt and not await is_index_at_fault(self._asked, str(item.get("_index", "")), rule.doubt):
            rule = ruling(item, job.target.data_stream, cleared=True)
        if rule.verdict == "stop" and not rule.own:
            raise stopped(self._server, reply, rule.reason)
        return rule

    async def _require_pipeline(self, pipeline: str, reply: Reply, item: Mapping[str, Any]) -> None:
        """Raise OutputError if the pipeline that the documents are sent through is missing."""
        if lacks_pipeline(item.get("error"), pipeline) and not await has_pipeline(self._asked, pipeline):
            raise stopped(self._server, reply, missing(pipeline))

    def _too_large(self, job: _Job, piece: RequestLines, reason: str, doubtful: frozenset[str]) -> Next:
        size = size_of(piece.lines)
        if len(piece.lines) > 1:
            self._sizes.refused(size)
            return Next(now=parted(piece, doubtful))
        self._sizes.refused_alone(size)
        self._refuse(job, piece.lines[0], f"larger than the server accepts, {size} bytes: {reason}")
        return Next()

    def _again(self, job: _Job, piece: RequestLines, why: Why) -> Next:
        """The same later; several that are refused together for long are parted, so that one holds up no other."""
        tries = piece.tries + 1
        enough = _TOGETHER if self._taken > piece.before else _TOGETHER_WITHOUT_OTHERS
        [line, *others] = piece.lines
        if not others and self._alone.is_proven(line, why.status, taken=self._taken, before=piece.before):
            self._refuse(job, line, f"refused repeatedly on its own: {why.reason}")
            return Next()
        self._waiting.update(line.id for line in piece.lines)
        self._patience.waits(why.reason)
        pause = self._patience.seconds(piece.tries, why.seconds)
        later = replace(piece, tries=tries, pause=pause, doubtful=why.doubtful)
        return Next(later=parted(later, why.doubtful) if others and tries >= enough else [later])

    def _take(self, line: BulkLine) -> None:
        self._taken += 1
        self._done(line)

    def _refuse(self, job: _Job, line: BulkLine, reason: str) -> None:
        job.refused.append(RefusedDocument(line.id, line.document, reason))
        self._done(line)

    def _done(self, line: BulkLine) -> None:
        self._alone.forget(line)
        self._waiting.discard(line.id)
        self._over()

    def _over(self) -> None:
        if not self._waiting:
            self._patience.over()

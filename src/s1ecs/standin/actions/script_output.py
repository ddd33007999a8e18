"""Results of scripts: archives of their output and files, behind signed links that expire."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from s1ecs.standin.actions import bodies, processes
from s1ecs.standin.actions.hostile import with_hostile
from s1ecs.standin.actions.script_library import Script
from s1ecs.standin.actions.zips import Member, archive
from s1ecs.standin.console import ConsoleRequest, StandinConsole
from s1ecs.standin.organisation import Host

# Where the results lie, outside of the API.
RESULTS = "/rso-results/{name}"
_STAMP = "%Y%m%dT%H%M%SZ"
_ENDS = re.compile(r"-processes\s+\"?([^\"]+?)\"?\s*(?:-|$)", re.IGNORECASE)


def signature(text: str) -> str:
    """Return what nobody else can tell of that text."""
    return hashlib.sha256(f"stand-in {text}".encode()).hexdigest()


def results(
    console: StandinConsole, script: Script, host: Host, task_id: str, data: Mapping[str, Any]
) -> Callable[[], bytes]:
    """Run the script on the host; return a function that builds the archive of its results."""
    members = [
        *_left(console, script, host, str(data.get("inputParams") or "")),
        Member(f"stderr-{task_id}.txt", b""),
    ]
    return lambda: archive(with_hostile(members, console.actions.controls.hostile_zip), data.get("password"))


def _left(console: StandinConsole, script: Script, host: Host, given: str) -> list[Member]:
    ended = console.actions.ended.setdefault(host.id, set())
    running = processes.processes(console.organisation.seed, host, frozenset(ended))
    match script.does:
        case "processes":
            table = console.actions.controls.process_table or processes.HOW[host.system.type]
            text = processes.written(table, running).encode()
            if table in {"json", "csv"}:
                return [Member(f"process_list.{table}", text), Member("stdout.txt", b"process list written\n")]
            return [Member("stdout.txt", text)]
        case "terminate":
            wanted = _ENDS.search(given)
            names = set(wanted[1].split(",")) if wanted else set()
            hit = [process for process in running if process.name in names]
            ended |= {process.name for process in hit}
            lines = [f"terminated {process.name} ({process.pid})" for process in hit] or ["no such process"]
            return [Member("stdout.txt", "".join(f"{line}\n" for line in lines).encode())]
        case "file":
            return [Member("logs/collected.log", f"{host.name}: {given}\n".encode()), Member("stdout.txt", b"1 file\n")]
        case "words":
            return [Member("stdout.txt", f"{script.name} on {host.name}: {given}\n".encode())]


async def fetch(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """POST /remote-scripts/fetch-files: links to the results of tasks."""
    data = bodies.section(await bodies.read(asked, filtered=False), ("computerNames", "taskIds"))
    task_ids = bodies.ids(data, "taskIds")
    actions = console.actions
    links, errors = [], []
    for task_id in task_ids:
        agent = actions.tasks.record(task_id)["agentId"] if task_id in actions.results else ""
        if agent and not actions.is_told("expired_files", task_id, agent):
            links.append(
                {"taskId": task_id, "downloadUrl": _link(console, asked, task_id), "fileName": f"{task_id}.zip"}
            )
        else:
            errors.append({"taskId": task_id, "errorString": "No results file was found"})
    answer = {"download_links": links, "errors": errors}
    return orjson.dumps({"data": {"data": answer} if actions.controls.nested_links else answer})


def _link(console: StandinConsole, asked: ConsoleRequest, task_id: str) -> str:
    stamp = console.actions.clock().strftime(_STAMP)
    seconds = int(console.actions.controls.links_last)
    signed = signature(f"{task_id} {stamp} {seconds}")
    path = RESULTS.format(name=f"{task_id}.zip").lstrip("/")
    return f"{asked.request.base_url}{path}?X-Amz-Date={stamp}&X-Amz-Expires={seconds}&X-Amz-Signature={signed}"


def download(console: StandinConsole) -> Callable[[Request], Any]:
    """Return what answers at a link: refusing a token with 400, a wrong signature or an old link with 403."""

    async def answer(request: Request) -> Response:
        if "authorization" in request.headers or "APIToken" in request.query_params:
            return _object_store(400, "InvalidArgument", "Only one auth mechanism allowed")
        task_id = request.path_params["name"].removesuffix(".zip")
        stamp, seconds, signed = (
            request.query_params.get(f"X-Amz-{key}", "") for key in ("Date", "Expires", "Signature")
        )
        if signed != signature(f"{task_id} {stamp} {seconds}"):
            return _object_store(403, "SignatureDoesNotMatch", "The signature does not match")
        made = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        if console.actions.clock() > made + timedelta(seconds=int(seconds)):
            return _object_store(403, "AccessDenied", "Request has expired")
        return Response(console.actions.results[task_id](), media_type="application/zip")

    return answer


def _object_store(status: int, code: str, message: str) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(text, status, media_type="application/xml")

"""Files that agents send: POST /agents/{id}/actions/fetch-files, GET /agents/{id}/uploads/{activity id}."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from starlette.responses import Response

from s1ecs.standin import invent, tokens
from s1ecs.standin.action_state.controls import has
from s1ecs.standin.action_state.state import Upload
from s1ecs.standin.actions import bodies
from s1ecs.standin.actions.activity_types import TYPES
from s1ecs.standin.actions.hostile import with_hostile
from s1ecs.standin.actions.reaching import by_agent
from s1ecs.standin.actions.telling import tell
from s1ecs.standin.actions.zips import Member, archive
from s1ecs.standin.console import ConsoleRequest, StandinConsole
from s1ecs.standin.organisation import Host
from s1ecs.standin.refusal import Refusal, bad_request, not_found

_MOST_FILES = 10
_KEPT_FOR = timedelta(days=3)
_KEPT = 30
_ABSOLUTE = re.compile(r"/|[A-Za-z]:\\|\\\\")
_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9\s]")
_SHORTEST_PASSWORD = 10


async def fetch_files(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """POST /agents/{agent_id}/actions/fetch-files: activity 81 at once, and 80 when the agent has sent them."""
    agent_id = bodies.check_id("agent_id", asked.request.path_params["agent_id"])
    data = bodies.section(await bodies.read(asked, filtered=False), ("files", "password"))
    password, files = checked_password(data), _files(data)
    host = agent_of(console, asked, agent_id)
    record = console.lists["agent"].shelf().record(agent_id)
    if record["isDecommissioned"] or has(console.actions.controls.affected_zero, agent_id):
        return orjson.dumps({"data": {"success": False}, "errors": None})
    _order(console, asked.token, host, password, files)
    return orjson.dumps({"data": {"success": True}, "errors": None})


async def download(console: StandinConsole, asked: ConsoleRequest) -> Response:
    """GET /agents/{agent_id}/uploads/{activity_id}: the zip."""
    ids = [bodies.check_id(name, asked.request.path_params[name]) for name in ("agent_id", "activity_id")]
    agent_of(console, asked, ids[0])
    actions = console.actions
    upload = actions.uploads.get(ids[1])
    if upload is None or upload.agent_id != ids[0]:
        raise not_found(f"upload {ids[1]}")
    newer = sum(each.agent_id == ids[0] and each.made > upload.made for each in actions.uploads.values())
    is_old = actions.clock() - upload.made > _KEPT_FOR or newer >= _KEPT
    if is_old or actions.is_told("expired_files", *ids):
        detail = "The requested files do not exist. Fetched files are deleted after 3 days, or earlier if more than 30 "
        raise Refusal(410, 4100010, "Resource not found", detail + "files are fetched.")
    headers = {"Content-Disposition": f'attachment; filename="{upload.id}.zip"'}
    return Response(upload.make(), media_type="application/zip", headers=headers)


def checked_password(data: dict[str, Any]) -> str:
    """Return the password of the archive; raise Refusal if it is a weak one."""
    password = bodies.text(data, "password", least=_SHORTEST_PASSWORD)
    if not all(re.search(each, password) for each in _CLASSES) or re.search(r"\s", password):
        raise bad_request("data.password: needs upper and lower case letters, a digit and a symbol, and no blank")
    return password


def agent_of(console: StandinConsole, asked: ConsoleRequest, agent_id: str) -> Host:
    """Return the host of the agent in a path; raise Refusal if there is none within the token's scope."""
    host = next((each for each in console.organisation.hosts if each.id == agent_id), None)
    site = asked.token.site
    if host is None or (site is not None and host.group.site != console.organisation.sites[site]):
        raise not_found(f"agent {agent_id}")
    return host


def keep(
    console: StandinConsole, host: Host, moment: datetime, password: str, make: Callable[[], Sequence[Member]]
) -> str:
    """Keep an upload whose members are made when they are fetched; return its id, which its activity will have too."""
    actions = console.actions
    identity = invent.identifier(moment, actions.number())

    def zipped() -> bytes:
        members = with_hostile(make(), actions.controls.hostile_zip)
        plain = {"all": 0, "some": 1, "none": len(members)}[actions.controls.zip_encryption]
        return archive(members, password, plain=plain)

    actions.uploads[identity] = Upload(identity, host.id, moment, password, zipped)
    return identity


def manifest(files: Iterable[tuple[str, bytes | None]]) -> Member:
    """Return the member that tells of the files by path; None for one that was not found."""
    listed = [
        {
            "path": path,
            "reason": "File not found" if content is None else "",
            "sha1": "" if content is None else hashlib.sha1(content).hexdigest(),  # noqa: S324 - the manifest has SHA-1
        }
        for path, content in files
    ]
    return Member("manifest.json", orjson.dumps(listed))


def name_in_zip(path: str) -> str:
    """Return the name of the member that holds the file of that path."""
    return path.replace("\\", "/").replace(":", "").lstrip("/")


def _files(data: dict[str, Any]) -> list[str]:
    files = data.get("files")
    if not isinstance(files, list) or not files:
        raise bad_request("data.files: not a list of paths")
    if len(files) > _MOST_FILES:
        raise bad_request(f"data.files: more than {_MOST_FILES}")
    for path in files:
        if not isinstance(path, str) or not _ABSOLUTE.match(path):
            raise bad_request(f"data.files: not an absolute path: {path}")
        if re.search(r"[*?\[\]{}|^$]", path):
            raise bad_request(f"data.files: no patterns in a path: {path}")
    return files


def _order(console: StandinConsole, token: tokens.Token, host: Host, password: str, files: list[str]) -> None:
    actions = console.actions
    number = actions.number()
    batch = invent.uuid(invent.source(console.organisation.seed, "fetched", number))
    tell(console, TYPES["files_ordered"], host, actions.clock(), token=token, data={"commandBatchUuid": batch})

    def sent(moment: datetime) -> None:
        identity = keep(console, host, moment, password, lambda: _members(console, host, files))
        filename = f"{host.name}_{moment:%Y-%m-%d_%H_%M_%S}.zip"
        data = {
            "commandBatchUuid": batch,
            "commandId": number,
            "downloadUrl": f"/agents/{host.id}/uploads/{identity}",
            "filename": filename,
            "sourceType": "API",
            "uploadedFilename": filename,
        }
        tell(console, TYPES["files_fetched"], host, moment, data=data, identity=identity)

    by_agent(console, host.id, sent)


def _members(console: StandinConsole, host: Host, paths: list[str]) -> list[Member]:
    missing = console.actions.controls.missing_files
    files = [(path, None if path in missing else f"{path} of {host.name}\n".encode()) for path in paths]
    return [*(Member(name_in_zip(path), content) for path, content in files if content is not None), manifest(files)]

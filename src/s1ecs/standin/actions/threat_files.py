"""POST /threats/fetch-file: agents send the files of threats, told by activity 86."""

import hashlib
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from s1ecs.standin import invent
from s1ecs.standin.actions import bodies, uploads
from s1ecs.standin.actions.activity_types import TYPES
from s1ecs.standin.actions.reaching import by_agent
from s1ecs.standin.actions.selecting import select
from s1ecs.standin.actions.telling import host_of, tell
from s1ecs.standin.actions.threats import words_of
from s1ecs.standin.actions.zips import Member
from s1ecs.standin.console import ConsoleRequest, StandinConsole
from s1ecs.standin.parameters.threats import THREATS


async def fetch(console: StandinConsole, asked: ConsoleRequest) -> bytes:
    """POST /threats/fetch-file."""
    body = await bodies.read(asked)
    password = uploads.checked_password(bodies.section(body, ("password",)))
    ids = select(console, asked, "threat", THREATS, body["filter"])
    for threat_id in ids:
        record = console.lists["threat"].shelf().record(threat_id)
        agent_id = record["agentRealtimeInfo"]["agentId"]
        by_agent(console, agent_id, partial(_sent, console, record, password))
    return orjson.dumps({"data": {"affected": len(ids)}, "errors": None})


def _sent(console: StandinConsole, record: dict[str, Any], password: str, moment: datetime) -> None:
    host = host_of(console, record["agentRealtimeInfo"]["agentId"])
    number = console.actions.number()
    known = words_of(record)
    content = f"{known['fileDisplayName']} of {host.name}\n".encode()
    missing = known["filePath"] in console.actions.controls.missing_files
    members = [
        *([] if missing else [Member(uploads.name_in_zip(known["filePath"]), content)]),
        uploads.manifest([(known["filePath"], None if missing else content)]),
    ]
    identity = uploads.keep(console, host, moment, password, lambda: members)
    url = f"/agents/{host.id}/uploads/{identity}"
    data = {
        **known,
        "commandBatchUuid": invent.uuid(invent.source(console.organisation.seed, "fetched", number)),
        "commandId": number,
        "downloadUrl": url,
        # Of what is sent: what these organisations' records tell of their files is made up.
        "fileContentHash": hashlib.sha1(content).hexdigest(),  # noqa: S324 - what activities have
        "fileSize": len(content),
        # The path of the upload, not that of the file.
        "filePath": url,
        "filename": f"{host.name}_{moment:%Y-%m-%d_%H_%M_%S}",
        "uploadedFilename": f"{host.name}_{moment:%Y-%m-%d_%H_%M_%S}.zip",
    }
    kind = TYPES["threat_file_fetched"]
    tell(console, kind, host, moment, data=data, identity=identity, threatId=record["id"])

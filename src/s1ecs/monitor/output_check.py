"""Check of every output: reachable, login accepted, set up; folders writable."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from s1ecs.bootstrap.kafka_outputs import is_kafka
from s1ecs.bootstrap.outputs import name_of
from s1ecs.bootstrap.search_outputs import is_search, search_settings
from s1ecs.counted import counted
from s1ecs.errors import OutputError, S1ecsError
from s1ecs.monitor.check_result import CheckArea, CheckResult
from s1ecs.monitor.folder_check import folder_finding, free_text
from s1ecs.monitor.kafka_check import check_kafka, check_kafka_settings
from s1ecs.outputs.search.admin_requests import check
from s1ecs.outputs.search.bulk import NO_PIPELINE
from s1ecs.outputs.search.client.connect import connect
from s1ecs.outputs.search.client.login import SearchSettings
from s1ecs.outputs.search.client.server import SearchServer
from s1ecs.outputs.search.names import data_stream
from s1ecs.outputs.search.own_pipeline import make_sure_of_pipeline
from s1ecs.outputs.search.template_check import make_sure
from s1ecs.settings import OutputSettings, Settings
from s1ecs.settings.output_types import FILES, NULL, STORE
from s1ecs.streams import STREAMS

_AREA: CheckArea = "output"


async def check_output(settings: Settings, output: OutputSettings) -> AsyncIterator[CheckResult]:
    """Check one output; a search server is asked, and nothing is changed there."""
    if is_kafka(output):
        for result in await check_kafka(settings, output):
            yield result
        return
    if not is_search(output):
        for result in check_local_output(settings, output):
            yield result
        return
    name = name_of(output)
    try:
        login = search_settings(output, settings.max_answer)
        server = connect(login)
    except S1ecsError as error:
        yield CheckResult("failed", _AREA, name, _behind(name, error))
        return
    try:
        reached = False
        async for result in _nodes(name, login):
            yield result
            reached = reached or result.level == "ok"
        if reached:
            yield await templates_result(
                name,
                server,
                _places(settings),
                latest=bool(output.values["latest"]),
                pipeline=str(output.values["pipeline"]),
            )
    finally:
        await server.close()


def check_local_output(settings: Settings, output: OutputSettings) -> Iterator[CheckResult]:
    """Check one output without a network: its folder, or the files of its login."""
    name = name_of(output)
    if is_search(output):
        try:
            login = search_settings(output, settings.max_answer)
            connect(login)
            login.login()
        except S1ecsError as error:
            yield CheckResult("failed", _AREA, name, _behind(name, error))
        else:
            yield CheckResult("ok", _AREA, name, "the settings of the server and its login can be read")
    elif is_kafka(output):
        yield check_kafka_settings(output)
    elif output.type == STORE.name:
        yield CheckResult("ok", _AREA, name, "documents are stored in the state directory")
    elif output.type == FILES.name:
        yield _folder(name, output.values["path"])
    else:
        told = (
            "every document is dropped" if output.type == NULL.name else "outputs of this type are checked in use only"
        )
        yield CheckResult("ok", _AREA, name, told)


def _folder(name: str, folder: Path | None) -> CheckResult:
    if folder is None:
        return CheckResult("ok", _AREA, name, "documents are written to standard output")
    finding = folder_finding(folder)
    if finding is not None:
        return CheckResult(finding.level, _AREA, name, finding.text, finding.cure)
    what = "is writable" if folder.is_dir() else "will be created"
    return CheckResult("ok", _AREA, name, f"the directory {what} ({free_text(folder)})")


async def _nodes(name: str, login: SearchSettings) -> AsyncIterator[CheckResult]:
    """Ask each node of the cluster; one that is dead among others costs a warning."""
    nodes = [replace(login, hosts=(host,)) for host in login.hosts] or [login]
    problems: list[str] = []
    for node in nodes:
        where = node.hosts[0] if node.hosts else "the deployment of cloud_id"
        server = connect(node)
        try:
            await check(server)
        except OutputError as error:
            problems.append(_behind(name, error))
        else:
            yield CheckResult("ok", _AREA, name, f"{where} is reachable and accepts the login")
        finally:
            await server.close()
    all_failed = len(problems) == len(nodes)
    for problem in problems:
        yield CheckResult("failed" if all_failed else "warning", _AREA, name, problem)


async def templates_result(
    name: str, server: SearchServer, places: Sequence[tuple[str, str]], *, latest: bool, pipeline: str = NO_PIPELINE
) -> CheckResult:
    """Find out whether templates map the documents of every enabled stream, and whether their pipeline is there."""
    problems: dict[str, str] = {}
    try:
        await make_sure_of_pipeline(server, pipeline)
    except OutputError as error:
        return CheckResult("failed", "templates", name, _behind(name, error))
    for stream, namespace in places:
        try:
            await make_sure(server, stream, namespace, latest=latest and STREAMS[stream].has_latest)
        except OutputError as error:
            problems[data_stream(stream, namespace)] = _behind(name, error)
    if not problems:
        count = counted(len(places), "data stream")
        return CheckResult("ok", "templates", name, f"templates are installed for {count}")
    first, *more = problems.values()
    others = f" (and {counted(len(more), 'more data stream')})" if more else ""
    return CheckResult("failed", "templates", name, f"{first}{others}")


def _places(settings: Settings) -> list[tuple[str, str]]:
    """Return stream and namespace of every data stream that is written to."""
    found = {(stream, console.namespace): None for console in settings.consoles for stream in settings.enabled(console)}
    return list(found)


def _behind(name: str, error: S1ecsError) -> str:
    return str(error).removeprefix(f"{name}: ")

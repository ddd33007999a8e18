"""The body of a file, piece by piece: from the console's own paths with the token, from pre-signed links without it."""

import asyncio
import posixpath
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx2

from s1ecs.errors import ApiProblem, ConsoleError, FileExpired, Forbidden, Refused, ServerTrouble, Unreachable
from s1ecs.sentinelone.client import BASE_PATH
from s1ecs.sentinelone.error_mapping import Failures
from s1ecs.sentinelone.network_errors import why_no_answer
from s1ecs.sentinelone.transport import Connection, Trust, open_session
from s1ecs.sentinelone.wire import NOT_UNDERSTOOD

_EXPIRED_CODE = 4100010
_LARGEST_EXPLANATION = 64_000
_MOST_REDIRECTS = 3
_REDIRECTS = (
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
)
_FETCH_AGAIN = "the console keeps uploaded files for 3 days, or less when there are many; fetch the file again"


@dataclass(frozen=True)
class ConsoleFile:
    """A path of the console, below the base path, such as `/agents/1/uploads/2`; asked for with the token."""

    path: str


@dataclass(frozen=True)
class SignedLink:
    """A pre-signed address: whoever has it may fetch the file, so it is shown nowhere and gets no token."""

    address: str = field(repr=False)


DownloadSource = ConsoleFile | SignedLink


@dataclass(frozen=True)
class LeastRate:
    """Minimum rate of a body: bytes per second, measured over a number of seconds."""

    rate: float = 1000.0
    over: float = 60.0


LEAST_RATE = LeastRate()


def source_of(text: str, connection: Connection) -> DownloadSource:
    """Resolve a download address of the console: relative to the base path, or absolute.

    Raise Refused for an address that can't be one: no http, plain http from a console of https, a path that climbs.
    """
    address = _split(text, connection)
    if address.scheme or address.netloc:
        own = urlsplit(f"{connection.url}{BASE_PATH}")
        if (address.scheme, address.netloc) == (own.scheme, own.netloc) and address.path.startswith(f"{own.path}/"):
            return ConsoleFile(_checked_path(address.path.removeprefix(own.path), connection))
        _check_address(text, connection)
        return SignedLink(text)
    return ConsoleFile(_checked_path(f"/{text.lstrip('/')}".removeprefix(BASE_PATH), connection))


@asynccontextmanager
async def opened(
    connection: Connection, source: DownloadSource, *, least: LeastRate = LEAST_RATE
) -> AsyncIterator[AsyncIterator[bytes]]:
    """The pieces of a file, once; raise ConsoleError types, FileExpired where the console has it no longer.

    They are the bytes as they were sent: a body that is encoded all the same is refused, one slower than `least`, too,
    and headers that do not end in the connection's time for a whole answer.
    Redirects are followed, a few, but without the token and never to plain http. No address but the console's own path
    stands in an error.
    """
    token = (await connection.token()).strip() if isinstance(source, ConsoleFile) else ""
    failures = _failures(connection, source, token)
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    if token and token.isascii() and token.isprintable() and " " not in token:
        headers["Authorization"] = f"ApiToken {token}"
    elif isinstance(source, ConsoleFile):
        raise failures.unusable_token()
    address = f"{connection.url}{BASE_PATH}{source.path}" if isinstance(source, ConsoleFile) else source.address
    async with open_session(connection, 1, Trust()) as session:
        for _ in range(_MOST_REDIRECTS + 1):
            response = await _answer(session, address, headers, connection, failures)
            try:
                if response.status_code not in _REDIRECTS:
                    await _check_status(response, source, failures)
                    _refuse_encoded(response, failures)
                    yield _pieces(response, failures, least)
                    return
                address = _joined(address, response.headers.get("Location", ""), connection)
            finally:
                await response.aclose()
            _check_address(address, connection)
            headers.pop("Authorization", None)
            source = SignedLink(address)
            failures = _failures(connection, source, token)
        raise Refused(_line(failures, "too many redirects; check the proxy"), request=failures.request)


async def _answer(
    session: httpx2.AsyncClient, address: str, headers: dict[str, str], connection: Connection, failures: Failures
) -> httpx2.Response:
    seconds = connection.longest_answer
    try:
        async with asyncio.timeout(seconds):
            return await session.send(session.build_request("GET", address, headers=headers), stream=True)
    except TimeoutError:
        raise failures.too_slow(seconds, 0) from None
    except httpx2.HTTPError as error:
        there = replace(connection, url="{0.scheme}://{0.netloc}".format(urlsplit(address)))
        # Without its cause: what the HTTP library says may hold the whole address.
        raise Unreachable(_line(failures, why_no_answer(error, there)), request=failures.request) from None
    except (httpx2.InvalidURL, *NOT_UNDERSTOOD):
        raise Refused(_line(failures, "the console returned an invalid address"), request=failures.request) from None


async def _check_status(response: httpx2.Response, source: DownloadSource, failures: Failures) -> None:
    status = response.status_code
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if isinstance(source, SignedLink):
        # What an object store answers may quote the signature.
        raise _refused_link(status, failures)
    if status < HTTPStatus.BAD_REQUEST:
        raise failures.redirected(status, "")
    error = failures.refused(status, await _explanation(response, failures.connection.longest_beginning), None)
    if status == HTTPStatus.GONE or _EXPIRED_CODE in error.problem.codes:
        raise expired(failures, error.problem)
    raise error


def said_instead(body: bytes, connection: Connection, source: DownloadSource) -> ConsoleError:
    """The error for an answer of success that is no file: an error of the API in it, a web page, anything else."""
    failures = _failures(connection, source, "")
    if isinstance(source, SignedLink):
        return failures.unreadable("the link did not return a zip file")
    problem = failures.refused(HTTPStatus.BAD_REQUEST, body, None).problem
    if _EXPIRED_CODE in problem.codes:
        return expired(failures, problem)
    return failures.unreadable("the response is not a zip file", body)


def expired(failures: Failures, problem: ApiProblem) -> FileExpired:
    """The error for a file that the console has no longer."""
    return FileExpired(_line(failures, f"the file is gone: {_FETCH_AGAIN}"), request=failures.request, problem=problem)


def _refused_link(status: int, failures: Failures) -> ConsoleError:
    problem = ApiProblem(status=status)
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return expired(failures, problem)
    kind: type[ConsoleError] = ServerTrouble if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Refused
    what = f"{status}: the file store refused the download"
    if status == HTTPStatus.FORBIDDEN:
        kind, what = Forbidden, "403: the link is no longer valid (links expire after about an hour); request it again"
    return kind(_line(failures, what), request=failures.request, problem=problem)


async def _explanation(response: httpx2.Response, seconds: float) -> bytes:
    body = bytearray()
    if _encoding(response):
        return b""
    try:
        async with asyncio.timeout(seconds), aclosing(response.aiter_raw()) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) > _LARGEST_EXPLANATION:
                    break
    except (httpx2.HTTPError, TimeoutError):
        return b""
    return bytes(body[:_LARGEST_EXPLANATION])


def _encoding(response: httpx2.Response) -> str:
    told: str = response.headers.get("Content-Encoding", "").strip().lower()
    return "" if told == "identity" else told


def _refuse_encoded(response: httpx2.Response, failures: Failures) -> None:
    # Unpacked, a few bytes can be any number of them before the size is looked at.
    if _encoding(response):
        what = "the file was sent compressed although this was not requested; check the proxy"
        raise Refused(_line(failures, what), request=failures.request)


async def _pieces(response: httpx2.Response, failures: Failures, least: LeastRate) -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop().time
    since, came = clock(), 0
    try:
        async with aclosing(response.aiter_raw()) as pieces:
            async for piece in pieces:
                came += len(piece)
                passed = clock() - since
                if passed >= least.over:
                    if came < least.rate * passed:
                        raise Refused(_line(failures, _too_slow(came, passed)), request=failures.request)
                    since, came = clock(), 0
                yield piece
    except httpx2.HTTPError as error:
        raise failures.cut_off(error) from None


def _too_slow(came: int, seconds: float) -> str:
    return (
        f"aborted, the download is too slow ({came / seconds:.3g} bytes a second over {seconds:.0f} s); try again "
        "later, or check the proxies and the network in between"
    )


def _failures(connection: Connection, source: DownloadSource, token: str) -> Failures:
    request = f"GET {urlsplit(source.path).path}" if isinstance(source, ConsoleFile) else "GET (a pre-signed link)"
    return Failures(connection, request, token)


def _line(failures: Failures, what: str) -> str:
    return f"{failures.connection.console}: {failures.request}: {what}"


def _checked_path(path: str, connection: Connection) -> str:
    plain = _split(path, connection).path
    if plain == "/":
        raise _no_address(connection)
    if (
        posixpath.normpath(plain) != plain
        or "\\" in path
        or "#" in path
        or not path.isascii()
        or not path.isprintable()
    ):
        raise _no_address(connection)
    return path.replace(" ", "%20")


def _split(text: str, connection: Connection) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        raise _no_address(connection) from None


def _joined(address: str, location: str, connection: Connection) -> str:
    try:
        return urljoin(address, location)
    except ValueError:
        raise _no_address(connection) from None


def _check_address(text: str, connection: Connection) -> None:
    address = _split(text, connection)
    # Where the console itself is asked in plain text there is nothing that a link could lose.
    allowed = {"https", urlsplit(connection.url).scheme}
    if address.scheme not in allowed or not address.hostname or address.username is not None:
        raise _no_address(connection)


def _no_address(connection: Connection) -> Refused:
    return Refused(
        f"{connection.console}: the console returned a download address that is not allowed: it must be on the console "
        "or an https link"
    )

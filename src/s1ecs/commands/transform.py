"""`s1ecs transform`: records in, documents as NDJSON out, in the same order; of NDJSON in constant memory."""

import codecs
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s1ecs.commands.record_input import ValueReader, is_record, records_of
from s1ecs.commands.summary import duration
from s1ecs.commands.terminal.writer import ERR, OUT
from s1ecs.commands.transform_progress import is_watched, with_bar
from s1ecs.counted import counted
from s1ecs.ecs.converters import Inexact
from s1ecs.ecs.document_id import fingerprint
from s1ecs.ecs.envelope import Envelope
from s1ecs.ecs.geoip import open_database
from s1ecs.ecs.mapper import Document, Mapped, Mapper, original
from s1ecs.ecs.redaction import Redaction, Stripped
from s1ecs.errors import UsageError
from s1ecs.open_files import at_limit
from s1ecs.records import NotJSON, Record, dumps_line, exact_or, parsed
from s1ecs.streams import Stream
from s1ecs.streams.recognition import Recognition, likely_stream
from s1ecs.streams.redaction import redaction_of

if TYPE_CHECKING:
    from s1ecs.commands.transform_jobs import Work


@dataclass
class Count:
    """Number of documents, of records that could not be mapped, and of those that fit another stream better.

    `like` are the streams that the latter look like, by their number.
    """

    documents: int = 0
    failed: int = 0
    strange: int = 0
    like: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Count") -> None:
        """Count what another count counted, too."""
        self.documents += other.documents
        self.failed += other.failed
        self.strange += other.strange
        self.like.update(other.like)


# The document of a record that was a line; None where the long way has to make it.
ShortWay = Callable[[dict[str, Any], bytes], Document | None]


class _Mapping:
    """The way from a record to its document."""

    def __init__(
        self, mapper: Mapper, envelope: Envelope, redaction: Redaction, now: str | None, *, with_id: bool
    ) -> None:
        self.mapper = mapper
        self.envelope = envelope
        self.redaction = redaction
        self.with_id = with_id
        self.now = now

    def short(self) -> ShortWay:
        """Make the function for records that need nothing around their values; it gives None where one does."""
        seal, map_object, identify = self.envelope.plain(None, self.now), self.mapper.map_object, self.mapper.identify
        if seal is None or not self.redaction.is_empty:
            return lambda _, __: None

        def document_of(value: dict[str, Any], _: bytes) -> Document | None:
            try:
                document, failed = map_object(value, [])
            except Inexact:
                return None
            if failed:
                return None
            seal(document)
            return document

        def document_with_id(value: dict[str, Any], line: bytes) -> Document | None:
            document = document_of(value, line)
            identity = "" if document is None else identify(Record(value, lambda: exact_or(value, line)))
            return None if document is None else {"_id": identity, **document}

        return document_with_id if self.with_id else document_of

    def of_line(self, value: dict[str, Any], line: bytes) -> tuple[Document, bool]:
        """Map a record that was a line of its own."""
        text = line.rstrip(b"\r\n")
        return self.of_record(Record(value, lambda: exact_or(value, text)), text)

    def of_record(self, record: Record, text: bytes | None) -> tuple[Document, bool]:
        """Map a record, which was the line `text` where it was one."""
        stripped = self.redaction.strip(record)
        identity = self.mapper.identify(record) if self.with_id else None
        return self._sealed(identity, self.mapper.map(stripped.record), stripped, text)

    def of_damage(self, text: bytes, reason: str) -> tuple[Document, bool]:
        """Make the document of a text that is no JSON."""
        identity = fingerprint(text) if self.with_id else None
        return self._sealed(identity, self.mapper.unreadable(reason), self.redaction.unreadable(), text)

    def _sealed(
        self, identity: str | None, mapped: Mapped, stripped: Stripped, text: bytes | None
    ) -> tuple[Document, bool]:
        def shown() -> str:
            # The line as it was read; what is not Unicode in it can't stand in JSON either. Where the stream has
            # redacted fields the line is written anew: what a repeated key hides from the parser would still stand
            # in it.
            if text is None or self.redaction.reaches_records:
                return original(stripped.record)
            return text.decode("utf-8", "replace")

        self.envelope.seal(mapped, shown, fetched=None, now=self.now)
        if not self.redaction.is_empty:
            self.redaction.clean(mapped.document, stripped)
        document = mapped.document if identity is None else {"_id": identity, **mapped.document}
        return document, mapped.failed


def transform(
    lines: Iterable[bytes],
    write: Callable[[bytes], object],
    mapper: Mapper,
    envelope: Envelope,
    redaction: Redaction,
    *,
    with_id: bool = False,
    now: str | None = None,
    stream: Stream | None = None,
    ended: bool = True,
) -> Count:
    """Write one document a record of NDJSON, pages and arrays; `now` is the `@timestamp` of documents that have none.

    With the `stream` of the mapper, records that look like those of another one are counted. Where the lines are not
    `ended`, those of a value that lacks its end are left.
    """
    count = Count()
    way = _Mapping(mapper, envelope, redaction, now, with_id=with_id)
    known = None if stream is None else Recognition(stream)
    reader = ValueReader()
    short_way = way.short()
    documents = 0
    for line in lines:
        # A record on a line of its own, as nearly all are, is parsed once and goes the short way.
        value = None if reader.waiting else parsed(line)
        if type(value) is dict and ("data" not in value or is_record(value)):
            if known is not None and tuple(value) not in known.fitting and not known.fits(value):
                _count_strange(value, count)
            document = short_way(value, line)
            if document is None:
                document, failed = way.of_line(value, line)
                count.failed += failed
            write(dumps_line(document))
            documents += 1
        else:
            _write_all(reader.read(line), write, way, count, known)
    if ended:
        _write_all(reader.rest(), write, way, count, known)
    count.documents += documents
    return count


def _write_all(
    texts: Iterable[bytes], write: Callable[[bytes], object], way: _Mapping, count: Count, known: Recognition | None
) -> None:
    """Write the documents of all records in texts that are no records by themselves, or damaged."""
    for text in texts:
        for document, failed in _documents(text, way, count, known):
            write(dumps_line(document))
            count.documents += 1
            count.failed += failed


def _documents(text: bytes, way: _Mapping, count: Count, known: Recognition | None) -> Iterator[tuple[Document, bool]]:
    try:
        for record, is_line in records_of(text):
            if known is not None and isinstance(record.value, dict) and not known.fits(record.value):
                _count_strange(record.value, count)
            yield way.of_record(record, text if is_line else None)
    except NotJSON as error:
        yield way.of_damage(text, str(error))


def _count_strange(record: Mapping[str, Any], count: Count) -> None:
    """Count a record that belongs to another stream."""
    count.strange += 1
    if likely := likely_stream(record):
        count.like[likely] += 1


def lines_of(files: Iterable[str]) -> Iterator[bytes]:
    """The lines of files, one after the other."""
    for name in files:
        try:
            with Path(name).open("rb") as file:
                yield from without_mark(file)
        except OSError as error:
            raise UsageError(f"transform: {name}: {at_limit(error) or error.strerror}") from None


def without_mark(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines without the byte order mark that some programs put before the first."""
    rest = iter(lines)
    first = [line.removeprefix(codecs.BOM_UTF8) for line in islice(rest, 1)]
    return chain(first, rest)


def transform_files(
    stream: Stream,
    files: Sequence[str],
    *,
    with_id: bool,
    preserve_original: bool,
    now: str | None,
    geoip: str | None,
    redact: Sequence[str],
    log_level: str = "info",
    jobs: int = 1,
) -> None:
    """Transform files, or standard input, to standard output; say on standard error what could not be mapped.

    More than one of `jobs` are worker processes.
    """
    locate = open_database(Path(geoip)) if geoip is not None else None
    began = time.monotonic()
    work = partial(
        transform,
        mapper=stream.mapper(locate, keep_duplicates=True),
        envelope=stream.envelope(preserve_original=preserve_original, preserve_duplicates=True),
        redaction=redaction_of(stream, redact),
        with_id=with_id,
        now=now,
        stream=stream,
    )
    read = lines_of(files) if files else without_mark(sys.stdin.buffer)
    if jobs == 1:
        with with_bar(read, files, log_level=log_level) as lines, OUT.documents() as write:
            count = work(lines, write)
    else:
        count = _in_jobs(work, jobs, read, files, log_level)
    OUT.flush()
    if is_watched(files) and log_level != "error":
        ERR.line(
            f"transformed: {counted(count.documents, 'record', grouped=True)} in {duration(time.monotonic() - began)}"
        )
    if count.failed:
        ERR.write(f"s1ecs: {count.failed} of {count.documents} records could not be mapped; see error.message\n")
    if count.strange:
        ERR.line(_strange(count, stream))


def _in_jobs(work: "Work[Count]", jobs: int, read: Iterable[bytes], files: Sequence[str], log_level: str) -> Count:
    """Do the work in processes of their own."""
    from s1ecs.commands.transform_jobs import started

    count = Count()
    with (
        started(jobs, work) as workers,
        with_bar(read, files, log_level=log_level) as lines,
        OUT.documents() as write,
    ):
        for documents, counted in workers.transform(lines):
            write(documents)
            count.add(counted)
    return count


def _strange(count: Count, stream: Stream) -> str:
    told = f"s1ecs: warning: {count.strange} of {count.documents} records do not look like records of {stream.name}"
    names = [name for name, _ in count.like.most_common() if name != stream.name]
    return f"{told}, but like {' and '.join(names)}; run: s1ecs transform {names[0]}" if names else told

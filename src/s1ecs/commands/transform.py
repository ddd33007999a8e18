"""`s1ecs transform`: records in, documents as NDJSON out, in the same order; of NDJSON in constant memory."""

import codecs
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from s1ecs.commands.record_input import records_of, values
from s1ecs.commands.summary import duration
from s1ecs.commands.terminal.writer import ERR, OUT
from s1ecs.commands.transform_progress import is_watched, with_bar
from s1ecs.counted import counted
from s1ecs.ecs.document_id import fingerprint
from s1ecs.ecs.envelope import Envelope
from s1ecs.ecs.geoip import open_database
from s1ecs.ecs.mapper import Document, Mapped, Mapper, original
from s1ecs.ecs.redaction import Redaction, Stripped
from s1ecs.errors import UsageError
from s1ecs.open_files import at_limit
from s1ecs.records import NotJSON, Record, dumps
from s1ecs.streams import Stream
from s1ecs.streams.recognition import fits, likely_stream
from s1ecs.streams.redaction import redaction_of


@dataclass
class Count:
    """Number of documents, of records that could not be mapped, and of those that fit another stream better.

    `like` are the streams that the latter look like, by their number.
    """

    documents: int = 0
    failed: int = 0
    strange: int = 0
    like: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Mapping:
    """The way from a record to its document."""

    mapper: Mapper
    envelope: Envelope
    redaction: Redaction
    with_id: bool
    now: str | None

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
) -> Count:
    """Write one document a record of NDJSON, pages and arrays; `now` is the `@timestamp` of documents that have none.

    With the `stream` of the mapper, records that look like those of another one are counted.
    """
    count = Count()
    way = _Mapping(mapper, envelope, redaction, with_id, now)
    for text in values(lines):
        for document, failed in _documents(text, way, count, stream):
            write(dumps(document) + b"\n")
            count.documents += 1
            count.failed += failed
    return count


def _documents(text: bytes, way: _Mapping, count: Count, stream: Stream | None) -> Iterator[tuple[Document, bool]]:
    try:
        for record, is_line in records_of(text):
            if stream is not None:
                _look(record.value, stream, count)
            yield way.of_record(record, text if is_line else None)
    except NotJSON as error:
        yield way.of_damage(text, str(error))


def _look(value: object, stream: Stream, count: Count) -> None:
    """Count a record that belongs to another stream."""
    if not isinstance(value, dict) or fits(value, stream):
        return
    count.strange += 1
    if likely := likely_stream(value):
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
    for first in rest:
        yield first.removeprefix(codecs.BOM_UTF8)
        break
    yield from rest


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
) -> None:
    """Transform files, or standard input, to standard output; say on standard error what could not be mapped."""
    locate = open_database(Path(geoip)) if geoip is not None else None
    began = time.monotonic()
    read = lines_of(files) if files else without_mark(sys.stdin.buffer)
    with with_bar(read, files, log_level=log_level) as lines:
        count = transform(
            lines,
            OUT.lines,
            stream.mapper(locate, keep_duplicates=True),
            stream.envelope(preserve_original=preserve_original, preserve_duplicates=True),
            redaction_of(stream, redact),
            with_id=with_id,
            now=now,
            stream=stream,
        )
    OUT.flush()
    if is_watched(files) and log_level != "error":
        ERR.line(
            f"transformed: {counted(count.documents, 'record', grouped=True)} in {duration(time.monotonic() - began)}"
        )
    if count.failed:
        ERR.write(f"s1ecs: {count.failed} of {count.documents} records could not be mapped; see error.message\n")
    if count.strange:
        ERR.line(_strange(count, stream))


def _strange(count: Count, stream: Stream) -> str:
    told = f"s1ecs: warning: {count.strange} of {count.documents} records do not look like records of {stream.name}"
    names = [name for name, _ in count.like.most_common() if name != stream.name]
    return f"{told}, but like {' and '.join(names)}; run: s1ecs transform {names[0]}" if names else told

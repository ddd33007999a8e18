"""`s1ecs transform`: records as NDJSON in, documents as NDJSON out, in the same order, in constant memory."""

import codecs
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from s1ecs.collect.redact import Redaction
from s1ecs.ecs.envelope import Envelope
from s1ecs.ecs.geoip import open_database
from s1ecs.ecs.identity import fingerprint
from s1ecs.ecs.mapper import Document, Mapper, original
from s1ecs.errors import UsageError
from s1ecs.records import NotJSON, dumps, record_from_line
from s1ecs.streams import Stream


@dataclass
class Count:
    """How many lines became documents, and how many of these could not be mapped."""

    documents: int = 0
    failed: int = 0


def transform(
    lines: Iterable[bytes],
    write: Callable[[bytes], object],
    mapper: Mapper,
    envelope: Envelope,
    redaction: Redaction,
    *,
    with_id: bool = False,
    now: str | None = None,
) -> Count:
    """Write one document a line that is not blank; `now` is the `@timestamp` of documents that have none."""
    count = Count()
    for line in lines:
        text = line.rstrip(b"\r\n")
        if text.isspace() or not text:
            continue
        identity, document, failed = _document(text, mapper, envelope, redaction, with_id=with_id, now=now)
        if identity is not None:
            document = {"_id": identity, **document}
        write(dumps(document) + b"\n")
        count.documents += 1
        count.failed += failed
    return count


def _document(
    text: bytes, mapper: Mapper, envelope: Envelope, redaction: Redaction, *, with_id: bool, now: str | None
) -> tuple[str | None, Document, bool]:
    identity = None
    try:
        record = record_from_line(text)
    except NotJSON as error:
        stripped = redaction.unreadable()
        mapped = mapper.unreadable(str(error))
        identity = fingerprint(text) if with_id else None
    else:
        stripped = redaction.strip(record)
        mapped = mapper.map(stripped.record)
        identity = mapper.identify(record) if with_id else None

    def shown() -> str:
        # The line as it was read; what is not Unicode in it can't stand in JSON either. Where the stream has redacted
        # fields the line is written anew: what a repeated key hides from the parser would still stand in it.
        return original(stripped.record) if redaction.reaches_records else text.decode("utf-8", "replace")

    envelope.seal(mapped, shown, fetched=None, now=now)
    redaction.clean(mapped.document, stripped)
    return identity, mapped.document, mapped.failed


def lines_of(files: Iterable[str]) -> Iterator[bytes]:
    """The lines of files, one after the other."""
    for name in files:
        try:
            with Path(name).open("rb") as file:
                yield from without_mark(file)
        except OSError as error:
            raise UsageError(f"transform: {name}: {error.strerror}") from None


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
) -> None:
    """Transform files, or standard input, to standard output; say on standard error what could not be mapped."""
    locate = open_database(Path(geoip)) if geoip is not None else None
    count = transform(
        lines_of(files) if files else without_mark(sys.stdin.buffer),
        sys.stdout.buffer.write,
        stream.mapper(locate, keep_duplicates=True),
        stream.envelope(preserve_original=preserve_original, preserve_duplicates=True),
        Redaction(stream.table, redact),
        with_id=with_id,
        now=now,
    )
    sys.stdout.buffer.flush()
    if count.failed:
        sys.stderr.write(f"s1ecs: {count.failed} of {count.documents} lines could not be mapped; see error.message\n")

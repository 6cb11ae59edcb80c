"""Keeps uploaded files in the database, in pieces, so that every worker can read them."""

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from typing import IO

from typing_extensions import Buffer, override

from kernel.errors import Invalid
from profiles.imports.models import Upload, UploadPiece

PIECE_BYTES = 256 * 1024
# Unpacked. Larger files come in parts, by manage.py import_touchpoints, or by a pull.
MOST_BYTES = 1_000_000_000
FORMS = {".csv": Upload.Form.CSV, ".tsv": Upload.Form.CSV, ".txt": Upload.Form.CSV,
         ".jsonl": Upload.Form.JSONL, ".ndjson": Upload.Form.JSONL,
         ".parquet": Upload.Form.PARQUET}  # fmt: skip
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_GZIP = b"\x1f\x8b"


def form_of(name: str) -> Upload.Form:
    """Return the form of a file by its name; `.gz` at the end does not matter.

    Raises:
        Invalid: the name says none that can be read.
    """
    plain = name.lower().removesuffix(".gz")
    for suffix, form in FORMS.items():
        if plain.endswith(suffix):
            return form
    raise Invalid("file", "The name must end in .csv, .tsv, .txt, .jsonl, .ndjson or .parquet "
                  "(text files also with .gz). Save a spreadsheet as CSV first.")  # fmt: skip


def store_file(upload: Upload, file: IO[bytes]) -> None:
    """Store a file in pieces and note its size and digest on the upload, which is not saved.

    In the caller's transaction. What is compressed is unpacked, UTF-16 becomes UTF-8, and a byte
    order mark is left out. One piece at a time is in memory.

    Raises:
        Invalid: it is empty, too large, or damaged.
    """
    digest = hashlib.sha256()
    size = number = 0
    try:
        for piece in _pieces(_plain(file, upload.form)):
            size += len(piece)
            if size > MOST_BYTES:
                raise Invalid("file", f"A file may have {MOST_BYTES:,} bytes. Split this one.")
            digest.update(piece)
            UploadPiece.objects.create(upload=upload, number=number, body=piece)
            number += 1
    except (OSError, EOFError, zlib.error, UnicodeError):
        raise Invalid(
            "file", "The file is damaged and cannot be unpacked. Send it again."
        ) from None
    if not size:
        raise Invalid("file", "The file is empty.")
    upload.size, upload.digest = size, digest.hexdigest()


class StoredFile(io.RawIOBase):
    """An uploaded file to read and seek in; holds one piece at a time."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._at = 0
        self._number = -1
        self._piece = b""

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._upload.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    @override
    def tell(self) -> int:
        return self._at

    @override
    def readinto(self, buffer: Buffer) -> int:
        target = memoryview(buffer).cast("B")
        number, offset = divmod(self._at, PIECE_BYTES)
        if self._at >= self._upload.size:
            return 0
        if number != self._number:
            pieces = self._upload.pieces.filter(number=number)
            self._piece = bytes(pieces.values_list("body", flat=True).get())
            self._number = number
        part = self._piece[offset : offset + len(target)]
        target[: len(part)] = part
        self._at += len(part)
        return len(part)


def open_stored(upload: Upload) -> io.BufferedReader:
    """Open an uploaded file for reading."""
    return io.BufferedReader(StoredFile(upload), buffer_size=PIECE_BYTES)


def _plain(file: IO[bytes], form: str) -> Iterator[bytes]:
    """Yield what a file holds when it is unpacked and, if it is text, told from UTF-16."""
    start = file.read(2)
    file.seek(0)
    stream: IO[bytes] | gzip.GzipFile = gzip.GzipFile(fileobj=file) if start == _GZIP else file
    first = stream.read(PIECE_BYTES)
    if form == Upload.Form.PARQUET:
        yield first
        yield from iter(lambda: stream.read(PIECE_BYTES), b"")
        return
    if not first.startswith(_UTF16):
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from iter(lambda: stream.read(PIECE_BYTES), b"")
        return
    decoder = codecs.getincrementaldecoder("utf-16")()
    part = first
    while part:
        yield decoder.decode(part).encode()
        part = stream.read(PIECE_BYTES)
    yield decoder.decode(b"", final=True).encode()


def _pieces(parts: Iterator[bytes]) -> Iterator[bytes]:
    kept = bytearray()
    for part in parts:
        kept += part
        while len(kept) >= PIECE_BYTES:
            yield bytes(kept[:PIECE_BYTES])
            del kept[:PIECE_BYTES]
    if kept:
        yield bytes(kept)

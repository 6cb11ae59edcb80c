"""Reads the rows of an uploaded file from any place on, one after the other."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import arro3.core
import arro3.io
from django.db import DatabaseError

from kernel.errors import Invalid
from profiles.imports.models import Upload
from profiles.imports.rules.sniffing import ENCODINGS, guess_delimiter, guess_encoding
from profiles.imports.services.files import open_stored

_HEAD_BYTES = 64 * 1024
_LONGEST_LINE = 1_000_000
_PARQUET_ROWS = 1_000
_PARQUET_MARK = b"PAR1"
SAMPLE_ROWS = 100


class Row(NamedTuple):
    """One row: its cells by column, or what is wrong; `next` is where the one after it begins."""

    next: int
    cells: dict[str, Any]
    fault: str = ""


class Sample(NamedTuple):
    """The columns of a file and its first rows."""

    columns: Sequence[str]
    rows: Sequence[dict[str, Any]]


def guess_format(upload: Upload) -> None:
    """Note how a text file seems to be written; the upload is not saved."""
    if upload.form == Upload.Form.PARQUET:
        return
    with open_stored(upload) as file:
        head = file.read(_HEAD_BYTES)
    upload.encoding = guess_encoding(head)
    if upload.form == Upload.Form.CSV:
        upload.delimiter = guess_delimiter(head.decode(upload.encoding, errors="replace"))


def read_sample(upload: Upload) -> Sample:
    """Return the columns of a file and its first rows that can be read.

    Raises:
        Invalid: it cannot be read at all.
    """
    found = [row.cells for row in islice(read_rows(upload, start=0), SAMPLE_ROWS) if not row.fault]
    if not found:
        raise Invalid("file", "No row of this file can be read. Is it of the form its name says?")
    return Sample(list(dict.fromkeys(name for cells in found for name in cells)), found)


def read_rows(upload: Upload, *, start: int) -> Iterator[Row]:
    """Yield the rows from a place on, which the row before it named (0 is the first).

    Raises:
        Invalid: the file as a whole cannot be read.
    """
    readers: dict[str, Callable[[Upload, int], Iterator[Row]]] = {
        Upload.Form.CSV: _read_csv, Upload.Form.JSONL: _read_jsonl, Upload.Form.PARQUET: _read_parquet,
    }  # fmt: skip
    return readers[upload.form](upload, start)


class _BadLine(ValueError):
    """A line that cannot be read; the text says why."""


class _Lines:
    """The lines of a text file, decoded; counts how far it has come."""

    def __init__(self, file: io.BufferedReader, encoding: str) -> None:
        self._file = file
        self._encoding = encoding
        self.at = file.tell()

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(_LONGEST_LINE):
            self.at += len(line)
            if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                self._skip_rest()
                raise _BadLine(f"The line has more than {_LONGEST_LINE:,} bytes.")
            try:
                text = line.decode(self._encoding)
            except UnicodeDecodeError:
                label = ENCODINGS.get(self._encoding, self._encoding)
                raise _BadLine(f"The line is not written in {label}.") from None
            yield text

    def _skip_rest(self) -> None:
        while rest := self._file.readline(_LONGEST_LINE):
            self.at += len(rest)
            if rest.endswith(b"\n"):
                return


def _read_csv(upload: Upload, start: int) -> Iterator[Row]:
    with open_stored(upload) as file:
        lines = _Lines(file, upload.encoding)
        columns = _read_header(lines, upload.delimiter)
        if start:
            file.seek(start)
            lines.at = start
        reader = csv.reader(iter(lines), delimiter=upload.delimiter)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except _BadLine as problem:
                yield Row(lines.at, {}, str(problem))
                reader = csv.reader(iter(lines), delimiter=upload.delimiter)
                continue
            except csv.Error:
                yield Row(lines.at, {}, "The row cannot be told apart: is a quote left open?")
                continue
            if cells:
                yield _csv_row(lines.at, columns, cells)


def _read_header(lines: _Lines, delimiter: str) -> list[str]:
    try:
        header = next(csv.reader(iter(lines), delimiter=delimiter), [])
    except (_BadLine, csv.Error):
        header = []
    if not header:
        raise Invalid("file", "The first line must name the columns, and it cannot be read.")
    return _column_names(header)


def _csv_row(at: int, columns: Sequence[str], cells: Sequence[str]) -> Row:
    if len(cells) > len(columns):
        text = f"The row has {len(cells)} cells, but the file has {len(columns)} columns."
        return Row(at, {}, text)
    return Row(at, dict(zip(columns, cells, strict=False)))


def _column_names(header: Sequence[str]) -> list[str]:
    seen: Counter[str] = Counter()
    names = []
    for number, cell in enumerate(header, start=1):
        name = cell.strip()[:290] or f"column {number}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _read_jsonl(upload: Upload, start: int) -> Iterator[Row]:
    with open_stored(upload) as file:
        file.seek(start)
        lines = _Lines(file, upload.encoding)
        source = iter(lines)
        while True:
            try:
                line = next(source)
            except StopIteration:
                return
            except _BadLine as problem:
                yield Row(lines.at, {}, str(problem))
                source = iter(lines)
                continue
            if line.strip():
                yield _jsonl_row(lines.at, line)


def _jsonl_row(at: int, line: str) -> Row:
    try:
        cells = json.loads(line)
    except (ValueError, RecursionError):
        return Row(at, {}, "The line is no JSON.")
    if not isinstance(cells, dict):
        return Row(at, {}, "The line is no JSON object.")
    return Row(at, {name[:300]: cell for name, cell in cells.items() if name})


def _read_parquet(upload: Upload, start: int) -> Iterator[Row]:
    with open_stored(upload) as file:
        _check_parquet(file, upload.size)
        at = 0
        for batch in _batches(file):
            if at + batch.num_rows > start:
                columns = [column.to_pylist() for column in batch.columns]
                for place, cells in enumerate(zip(*columns, strict=True), start=at + 1):
                    if place > start:
                        yield Row(place, dict(zip(batch.column_names, cells, strict=True)))
            at += batch.num_rows


def _check_parquet(file: io.BufferedReader, size: int) -> None:
    """Look at both ends of the file: the reader ends a process's thread over a missing footer."""
    file.seek(max(0, size - 8))
    tail = file.read(8)
    footer = int.from_bytes(tail[:4], "little")
    file.seek(0)
    if file.read(4) != _PARQUET_MARK or tail[4:] != _PARQUET_MARK or footer > size - 12:
        raise _damaged()
    file.seek(0)


def _batches(file: io.BufferedReader) -> Iterator[arro3.core.RecordBatch]:
    reader = None
    while True:
        try:
            reader = reader or iter(arro3.io.read_parquet(file, batch_size=_PARQUET_ROWS))
            batch = next(reader)
        except StopIteration:
            return
        except (DatabaseError, KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # noqa: BLE001  the reader's panics are no Exception
            raise _damaged() from None
        yield batch


def _damaged() -> Invalid:
    return Invalid("file", "This is no Parquet file, or it is damaged. Write it again and send it.")

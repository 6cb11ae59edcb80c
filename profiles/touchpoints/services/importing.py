"""Sends a file of touchpoints through the collection API, as any other client would."""

import csv
import gzip
import hashlib
import hmac
import json
import lzma
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import httpx
from django.conf import settings

from kernel.errors import Invalid, Unavailable
from kernel.ids import new_key
from profiles.touchpoints.models import Source
from profiles.touchpoints.rules.files import (
    BadRow,
    in_batches,
    read_csv_row,
    read_json_line,
    with_message_ids,
)
from profiles.touchpoints.services.accepting import MAX_MESSAGES
from profiles.touchpoints.services.keys import hash_write_key

_MOST_BYTES = 480_000
_TRIES = 10
_SHOWN_ERRORS = 20

Progress = Callable[[int], None]


@dataclass(slots=True)
class FileErrors:
    """Rows that could not be sent: how many, and the first of them in words."""

    count: int = 0
    shown: list[str] = field(default_factory=list)

    def add(self, row_number: int, problem: str) -> None:
        """Note one row."""
        self.count += 1
        if len(self.shown) < _SHOWN_ERRORS:
            self.shown.append(f"Row {row_number}: {problem}.")


def find_import_key(name: str, *, now: datetime) -> str:
    """Return the write key of an import source, creating the source where it is missing.

    The key follows from the installation's secret key, so it needs no storing and stays the same.
    """
    secret = settings.SECRET_KEY.encode()
    write_key = "wk_" + hmac.digest(secret, f"import:{name}".encode(), hashlib.sha256).hex()[:40]
    Source.objects.get_or_create(
        name=name,
        defaults={
            "key": new_key(now=now), "kind": Source.Kind.IMPORT,
            "write_key_hash": hash_write_key(write_key), "write_key_hint": write_key[:7],
        },
    )  # fmt: skip
    return write_key


def count_rows(path: Path) -> int:
    """Return how many rows a file has, for the progress; a quick pass over its lines."""
    with open_file(path) as file:
        lines = sum(1 for line in file if line.strip())
    return max(0, lines - 1) if _is_csv(path) else lines


def read_messages(path: Path, errors: FileErrors) -> Iterator[dict[str, Any]]:
    """Read a file (`.csv`, `.jsonl`, either with `.gz`) into messages; bad rows are noted.

    Raises:
        Invalid: when the name of the file says neither CSV nor JSON lines.
    """
    with open_file(path) as file:
        if _is_csv(path):
            yield from with_message_ids(read_csv_row(row) for row in csv.DictReader(file))
        else:
            yield from with_message_ids(_read_lines(file, errors))


def send_messages(
    messages: Iterable[dict[str, Any]], client: httpx.Client, *, progress: Progress
) -> int:
    """Send messages in batches, waiting when the server asks to; return how many were accepted.

    Sending again what was sent before changes nothing, so an interrupted import is just repeated.

    Raises:
        Invalid: the server refuses the write key or a message.
        Unavailable: the server does not answer, even after waiting.
    """
    sent = 0
    for batch in in_batches(messages, most=MAX_MESSAGES, most_bytes=_MOST_BYTES):
        _send(batch, client)
        sent += len(batch)
        progress(sent)
    return sent


def _send(batch: list[dict[str, Any]], client: httpx.Client) -> None:
    body = gzip.compress(json.dumps({"batch": batch}).encode(), compresslevel=1)
    for attempt in range(_TRIES):
        try:
            answer = client.post("/v1/batch", content=body, headers={"Content-Encoding": "gzip"})
        except httpx.TransportError as error:
            if attempt == _TRIES - 1:
                where = client.base_url
                raise Unavailable(
                    f"Nothing answers at {where}: {error}. Start the product (make up), or name "
                    "its address with --url."
                ) from None
            time.sleep(min(5.0, 0.2 * 2**attempt))
            continue
        if answer.status_code == 200:
            return
        if answer.status_code != 429 and answer.status_code < 500:
            raise Invalid("file", f"The server refused a batch: {answer.json()['message']}")
        time.sleep(float(answer.headers.get("Retry-After", "1")))
    raise Unavailable("The server is too busy. Run the same command again later.")


def _read_lines(file: IO[str], errors: FileErrors) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            yield read_json_line(line)
        except BadRow as problem:
            errors.add(number, str(problem))


def _is_csv(path: Path) -> bool:
    suffixes = [suffix for suffix in path.suffixes if suffix != ".gz"]
    if suffixes and suffixes[-1] in {".csv", ".jsonl", ".ndjson"}:
        return suffixes[-1] == ".csv"
    raise Invalid("file", f"“{path.name}” must end in .csv, .jsonl or .ndjson (and .gz).")


def open_file(path: Path) -> IO[str]:
    """Open a text file that may be compressed."""
    match path.suffix:
        case ".gz":
            return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
        case ".xz":
            return lzma.open(path, "rt", encoding="utf-8-sig", newline="")
        case _:
            return path.open(encoding="utf-8-sig", newline="")

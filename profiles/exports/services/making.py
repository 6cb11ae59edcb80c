"""Makes the files of exports: page by page, so memory stays flat however many people there are."""

import csv
import gzip
import io
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import IO, Any, Final

import structlog
from django.core.files.base import File
from django.core.files.storage import default_storage

from profiles.customers.rules import display_name
from profiles.directory.queries import Narrowing, PersonRow, list_people
from profiles.exports import queries
from profiles.exports.models import Export
from profiles.exports.queries import TouchpointLine
from profiles.exports.rules import PEOPLE_COLUMNS, TOUCHPOINT_COLUMNS, csv_cells
from profiles.exports.services.asking import delete_files
from profiles.touchpoints.models import Touchpoint

log = structlog.get_logger()

PAGE: Final = 2_000
# Their touchpoints are sorted together.
_PEOPLE_AT_ONCE: Final = 200
_LEASE: Final = timedelta(minutes=2)
# A remote storage may take its time for a large file.
_LEASE_TO_SAVE: Final = timedelta(minutes=15)
_MOST_TRIES: Final = 5
_FAILURE = (
    f"Workers broke off {_MOST_TRIES} times. Look for exports in their log, see that the storage "
    "can be written, and ask again."
)
_TO_MAKE: Final = (Export.Status.WAITING, Export.Status.RUNNING)
_Rows = Sequence[dict[str, Any]]


def make_exports(*, now: datetime) -> int:
    """Make the exports that wait, one after the other; return how many files came of it.

    Safe for many workers and to run at any time: one works, by a lease. When it dies, the next
    one begins the same file again once the lease is over.
    """
    started, made = time.monotonic(), 0

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - started)

    queries.give_up(now=now, most_tries=_MOST_TRIES, failure=_FAILURE)
    while Export.objects.filter(status__in=_TO_MAKE).exclude(leased_until__gt=clock()).exists():
        claimed = queries.claim_export(now=clock(), lease=clock() + _LEASE, most_tries=_MOST_TRIES)
        if claimed is None:
            break
        made += _make(Export.objects.select_related("segment").get(pk=claimed), clock)
    return made


def _make(export: Export, clock: Callable[[], datetime]) -> bool:
    """Write and store one file; `False` when the turn was over before."""
    with tempfile.TemporaryFile() as spool:
        for rows in _write(export, spool):
            export.rows += rows
            if not queries.renew(export, lease=clock() + _LEASE):
                return False
        if not queries.renew(export, lease=clock() + _LEASE_TO_SAVE):
            return False
        size, name = spool.tell(), export.file_name(export.turn)
        spool.seek(0)
        default_storage.save(name, File(spool))
    mine = Export.objects.filter(pk=export.pk, turn=export.turn, status=Export.Status.RUNNING)
    is_ready = mine.update(
        status=Export.Status.READY, size=size, progress_percent=100, leased_until=None,
        ended_at=clock(),
    )  # fmt: skip
    delete_files(export, upto=export.turn - 1 if is_ready else export.turn)
    log.info("exports.made", export_id=export.pk, rows=export.rows, bytes=size, kept=bool(is_ready))
    return bool(is_ready)


def _write(export: Export, spool: IO[bytes]) -> Iterator[int]:
    """Write the file, and tell after each page how many rows it had.

    Neither name nor time stand in the archive: the same rows give the same bytes.
    """
    is_people = export.what == Export.What.PEOPLE
    columns = PEOPLE_COLUMNS if is_people else TOUCHPOINT_COLUMNS
    pages = _people_pages(export) if is_people else _touchpoint_pages(export)
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=spool, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="") as text,
    ):
        writer = csv.writer(text)
        is_csv = export.form == Export.Form.CSV
        if is_csv:
            writer.writerow(columns)
        for page in pages:
            if is_csv:
                writer.writerows(csv_cells(row, columns) for row in page)
            else:
                text.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in page)
            yield len(page)


def _people_pages(export: Export) -> Iterator[_Rows]:
    for people in _walk(export, PAGE):
        yield [_person(row) for row in people]


def _touchpoint_pages(export: Export) -> Iterator[_Rows]:
    for people in _walk(export, _PEOPLE_AT_ONCE):
        ids = [row.id for row in people]
        after: TouchpointLine | None = None
        while lines := queries.list_touchpoints(export, ids, after=after, limit=PAGE):
            yield [_touchpoint(line) for line in lines]
            after = lines[-1]
        yield []


def _walk(export: Export, limit: int) -> Iterator[list[PersonRow]]:
    """Yield the people of an export, newest first, and note how far it is."""
    before = export.newest_id + 1
    narrowing = Narrowing(
        segment_id=export.segment_id, seen_since=export.seen_since, is_known=export.is_known
    )
    while people := list_people(
        before_id=before, limit=limit, ids=export.found_ids, narrowing=narrowing
    ):
        yield people
        before = people[-1].id
        export.progress_percent = int(100 * (1 - before / (export.newest_id + 1)))


def _person(row: PersonRow) -> dict[str, Any]:
    return {
        "key": str(row.key), "name": display_name(row.traits, email=row.email, fallback=""),
        "email": row.email, "phone": row.phone, "user_id": row.user_id,
        "first_seen_at": row.first_seen_at.isoformat(),
        "last_seen_at": row.last_at and row.last_at.isoformat(), "traits": row.traits,
    }  # fmt: skip


def _touchpoint(line: TouchpointLine) -> dict[str, Any]:
    return {
        "id": line.id, "customer_key": str(line.customer_key), "event": line.event,
        "type": Touchpoint.Type(line.type).label, "source": line.source,
        "occurred_at": line.occurred_at.isoformat(), "received_at": line.received_at.isoformat(),
        "revenue": None if line.revenue is None else str(line.revenue),
        "properties": line.properties, "context": line.context,
    }  # fmt: skip

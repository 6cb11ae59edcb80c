"""Works on uploads in batches of one transaction: checks them, or takes their rows in."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

import structlog
from django.conf import settings
from django.db import transaction

from kernel.errors import Invalid
from profiles.identities.queries import find_links
from profiles.imports import queries
from profiles.imports.models import Upload, UploadPerson, UploadPiece, UploadProblem
from profiles.imports.rules.mapping import Mapping
from profiles.imports.rules.rows import BadRow, Prepared, Problem, prepare_row
from profiles.imports.services.queuing import has_room, put_into_inbox
from profiles.imports.services.reading import Row, read_rows
from profiles.touchpoints.rules.instants import to_micros
from profiles.touchpoints.rules.messages import Arrival, Envelope

log = structlog.get_logger()

BATCH_ROWS = 1_000
# More than that are counted, but not kept: the cause is nearly always the same.
MOST_PROBLEMS = 10_000


def work_uploads(*, now: datetime, seconds: float = 15.0) -> int:
    """Go on with uploads until none is due or the time is over; return how many rows were read.

    Safe for many workers at once and to run at any time. A worker that dies loses the batch it
    was in; the next one reads it again from the place that was committed.
    """
    until = time.monotonic() + seconds
    read = after_id = 0
    while time.monotonic() < until:
        with transaction.atomic():
            upload_id = queries.lock_due_upload(after_id=after_id)
        if upload_id is None:
            break
        after_id = upload_id
        read += _work(upload_id, until=until, now=now)
    if read:
        log.info("imports.worked", rows=read)
    return read


def _work(upload_id: int, *, until: float, now: datetime) -> int:
    """Work on one upload, batch by batch; another worker that was faster ends it."""
    rows: Iterator[Row] | None = None
    at = total = 0
    while time.monotonic() < until:
        with transaction.atomic():
            upload = _lock(upload_id)
            if upload is None or (rows is not None and upload.position != at):
                break
            is_import = upload.status == Upload.Status.RUNNING
            if is_import and not has_room():
                break
            rows = rows or read_rows(upload, start=upload.position)
            try:
                batch = list(islice(rows, BATCH_ROWS))
                _take(upload, batch, now=now)
            except Invalid as problem:
                _end(upload, Upload.Status.FAILED, now=now, failure=problem.message)
                break
            at = upload.position
            total += len(batch)
            if len(batch) < BATCH_ROWS:
                _end(
                    upload, Upload.Status.FINISHED if is_import else Upload.Status.CHECKED, now=now
                )
                break
            upload.save()
    return total


def _lock(upload_id: int) -> Upload | None:
    working = Upload.objects.filter(
        id=upload_id, status__in=[Upload.Status.CHECKING, Upload.Status.RUNNING]
    )
    return working.select_for_update(of=("self",), skip_locked=True).first()


def _take(upload: Upload, batch: Sequence[Row], *, now: datetime) -> None:
    if not batch:
        return
    mapping = Mapping.model_validate(upload.mapping)
    envelope = Envelope(
        source_id=upload.source_id, route="import", received_at=to_micros(now),
        starts_journeys=False,
    )  # fmt: skip
    good: list[Prepared] = []
    bad: list[tuple[int, Sequence[Problem]]] = []
    for number, row in enumerate(batch, start=upload.read + 1):
        if row.fault:
            bad.append((number, [Problem("", row.fault)]))
            continue
        try:
            row_id = f"upload:{upload.key}:{number}"
            good.append(prepare_row(row.cells, mapping, envelope, row_id=row_id))
        except BadRow as problem:
            bad.append((number, problem.problems))
    if upload.status == Upload.Status.RUNNING:
        messages = [message for item in good for message in item.messages]
        put_into_inbox(messages, source_id=upload.source_id, route="import", now=now)
    else:
        _count_people(upload, [item.arrival for item in good])
    _keep_problems(upload, bad)
    upload.accepted += len(good)
    upload.rejected += len(bad)
    upload.read += len(batch)
    upload.position = batch[-1].next


def _count_people(upload: Upload, arrivals: Sequence[Arrival]) -> None:
    """Count who is new and who is known; somebody new is told apart by the strongest identifier."""
    refs = list({ref for arrival in arrivals for ref in arrival.refs})
    links = find_links(refs)[0] if refs else {}
    people: dict[bytes, bool] = {}
    for arrival in arrivals:
        known = next((links[ref].person_id for ref in arrival.refs if ref in links), None)
        name = ":".join(arrival.refs[0]) if known is None else f"known:{known}"
        people[_digest(name)] = known is not None
    new, known_count = queries.count_people(upload.id, people)
    upload.new_people += new
    upload.known_people += known_count


def _digest(name: str) -> bytes:
    key = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    return hashlib.blake2b(name.encode(), key=key, digest_size=16).digest()


def _keep_problems(upload: Upload, bad: Sequence[tuple[int, Sequence[Problem]]]) -> None:
    room = max(0, MOST_PROBLEMS - upload.rejected)
    UploadProblem.objects.bulk_create(
        UploadProblem(
            upload=upload, row=number, column=problem.column[:300], message=problem.message[:500]
        )
        for number, problems in bad[:room]
        for problem in problems[:5]
    )


def _end(upload: Upload, status: str, *, now: datetime, failure: str = "") -> None:
    upload.status, upload.failure, upload.ended_at = status, failure, now
    upload.save()
    UploadPerson.objects.filter(upload=upload).delete()
    if status in {Upload.Status.FINISHED, Upload.Status.FAILED}:
        UploadPiece.objects.filter(upload=upload).delete()
    log.info("imports.ended", upload_id=upload.id, status=status, accepted=upload.accepted,
             rejected=upload.rejected)  # fmt: skip

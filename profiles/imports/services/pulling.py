"""Runs pulls that are due: rows in batches of one transaction, the watermark with the last one."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import structlog
from django.db import transaction

from kernel.errors import DomainError, Invalid, Unavailable
from profiles.imports.models import Pull, PullRun
from profiles.imports.rules.mapping import Mapping
from profiles.imports.rules.rows import BadRow, Prepared, digest_row, prepare_row
from profiles.imports.services.databases import open_rows
from profiles.imports.services.pulls import open_url
from profiles.imports.services.queuing import has_room, put_into_inbox
from profiles.touchpoints.rules.instants import to_micros
from profiles.touchpoints.rules.messages import Envelope

log = structlog.get_logger()

BATCH_ROWS = 1_000
# A run ends before its lease, so that two never read at once.
_RUN_SECONDS = 240.0
_LEASE = timedelta(minutes=10)
_MOST_PROBLEMS = 50
KEPT_RUNS = 200


def run_due_pulls(*, now: datetime) -> int:
    """Run every pull that is due and that no other worker holds; return how many ran.

    Safe for many workers at once. The run of a worker that died counts as failed, and the next
    one reads the same rows again: those stored before are left out by their ids.
    """
    ran = 0
    while (run := _claim(now=now)) is not None:
        _run(run, now=now)
        ran += 1
    return ran


def _claim(*, now: datetime) -> PullRun | None:
    with transaction.atomic():
        due = Pull.objects.filter(next_run_at__lte=now).exclude(leased_until__gt=now)
        pull = due.order_by("next_run_at", "id").select_for_update(skip_locked=True).first()
        if pull is None:
            return None
        lost = pull.runs.filter(status=PullRun.Status.RUNNING)
        lost.update(status=PullRun.Status.FAILED, ended_at=now,
                    failure="The worker died in the middle. The next run reads the rows again.")  # fmt: skip
        pull.leased_until = now + _LEASE
        pull.next_run_at = now + timedelta(minutes=pull.every_minutes)
        pull.save(update_fields=["leased_until", "next_run_at"])
        return PullRun.objects.create(pull=pull, started_at=now, watermark=pull.watermark)


def _run(run: PullRun, *, now: datetime) -> None:
    pull = run.pull
    status, failure = PullRun.Status.FINISHED, ""
    try:
        with ExitStack() as stack:
            rows = stack.enter_context(
                open_rows(open_url(pull), pull.query, watermark=pull.watermark)
            )
            _take_all(run, rows, now=now)
    except (DomainError, ValueError) as problem:
        status, failure = PullRun.Status.FAILED, str(problem)
    with transaction.atomic():
        open_runs = PullRun.objects.filter(id=run.id, status=PullRun.Status.RUNNING)
        if open_runs.update(status=status, failure=failure, ended_at=now):
            Pull.objects.filter(id=pull.id).update(leased_until=None)
        old = pull.runs.order_by("-id").values_list("id", flat=True)[KEPT_RUNS : KEPT_RUNS + 1]
        pull.runs.filter(id__lte=max(old, default=0)).delete()
    log.info("pulls.ran", pull_id=pull.id, status=status, accepted=run.accepted,
             rejected=run.rejected)  # fmt: skip


def _take_all(run: PullRun, rows: Iterator[dict[str, Any]], *, now: datetime) -> None:
    """Take in every row of a run; the watermark moves with the last batch alone.

    The rows need no order that way: a run that fails in the middle reads them again.
    """
    until = time.monotonic() + _RUN_SECONDS
    newest: Any = None
    while True:
        batch = list(islice(rows, BATCH_ROWS))
        newest = _newest(run.pull, batch, newest)
        while not has_room():
            if time.monotonic() > until:
                break
            time.sleep(0.2)
        if time.monotonic() > until:
            raise Unavailable(
                f"The run took more than {_RUN_SECONDS:.0f} seconds. What was read so far is in; "
                "the watermark stays. Bound the query, as with ORDER BY and LIMIT."
            )
        is_last = len(batch) < BATCH_ROWS
        with transaction.atomic():
            if not _is_held(run):
                raise Unavailable("Another worker took the pull over.")
            _take(run, batch, now=now)
            if is_last and newest is not None:
                Pull.objects.filter(id=run.pull_id).update(watermark=str(newest))
                run.watermark = str(newest)
            run.save()
        if is_last:
            return


def _is_held(run: PullRun) -> bool:
    held = PullRun.objects.filter(id=run.id, status=PullRun.Status.RUNNING).select_for_update()
    return held.exists()


def _take(run: PullRun, batch: Sequence[dict[str, Any]], *, now: datetime) -> None:
    pull = run.pull
    mapping = Mapping.model_validate(pull.mapping)
    route = "batch" if pull.starts_journeys else "import"
    envelope = Envelope(source_id=pull.source_id, route=route, received_at=to_micros(now),
                        starts_journeys=pull.starts_journeys)  # fmt: skip
    good: list[Prepared] = []
    for number, row in enumerate(batch, start=run.read + 1):
        try:
            row_id = digest_row(str(pull.key), row)
            good.append(prepare_row(row, mapping, envelope, row_id=row_id))
        except BadRow as problem:
            run.rejected += 1
            room = _MOST_PROBLEMS - len(run.problems)
            run.problems += [
                {"row": number, "column": column, "message": message}
                for column, message in problem.problems[: max(0, room)]
            ]
    messages = [message for item in good for message in item.messages]
    put_into_inbox(messages, source_id=pull.source_id, route=route, now=now)
    run.read += len(batch)
    run.accepted += len(good)


def _newest(pull: Pull, batch: Sequence[dict[str, Any]], newest: Any) -> Any:
    if not pull.watermark_column:
        return None
    try:
        found = [row[pull.watermark_column] for row in batch]
        known = [value for value in (newest, *found) if value is not None]
        return max(known, default=None)
    except (KeyError, TypeError):
        raise Invalid("watermark_column", f"The column “{pull.watermark_column}” is missing or "
                      "mixes types, so its newest value cannot be told.") from None  # fmt: skip

"""Replays quarantined messages after their cause was mended."""

from datetime import datetime

import msgspec
import structlog
from django.db import DataError, transaction

from kernel.audit import record
from profiles.touchpoints import overview_queries, queries
from profiles.touchpoints.overview_queries import QuarantineSpan
from profiles.touchpoints.rules.messages import Arrival, Refused
from profiles.touchpoints.services.opening import KeptMessage, quarantine_row, why_refused
from profiles.touchpoints.services.storing import store_arrivals
from profiles.touchpoints.services.translating import Reading

log = structlog.get_logger()

_BATCH = 1_000


def replay_quarantined(
    *,
    reason: str = "",
    only_id: int | None = None,
    source_id: int | None = None,
    actor: str,
    now: datetime,
) -> tuple[int, int]:
    """Read quarantined messages again; return how many were stored and how many refused again.

    Without `only_id` all of a reason and source, without those all. In batches of one transaction;
    what is refused again stays in quarantine with its new reason.
    """
    stored = refused = after_id = 0
    upto_id = overview_queries.newest_quarantined_id()
    while True:
        span = QuarantineSpan(reason=reason, only_id=only_id, source_id=source_id,
                              after_id=after_id, upto_id=upto_id)  # fmt: skip
        with transaction.atomic():
            bodies = overview_queries.claim_quarantined(span, limit=_BATCH, now=now)
            good, bad = _replay(bodies, now=now)
        stored, refused = stored + good, refused + bad
        if len(bodies) < _BATCH:
            break
        after_id = bodies[-1][0]
    record(actor=actor, verb="replayed", object_type="quarantine", object_id=only_id or reason or "all",
           after={"stored": stored, "refused": refused}, now=now)  # fmt: skip
    log.info("touchpoints.replayed", stored=stored, refused=refused)
    return stored, refused


def _replay(bodies: list[tuple[int, bytes]], *, now: datetime) -> tuple[int, int]:
    refused = []
    stored: list[Arrival] = []
    reading = Reading()
    for _, body in bodies:
        kept = msgspec.json.decode(body, type=KeptMessage)
        try:
            with transaction.atomic():
                batch = store_arrivals(reading.read(kept), now=now)
                for _, problem in batch.refused:
                    raise problem
            stored += batch.arrivals
        except (Refused, DataError) as error:
            problem = why_refused(error)
            reading.refuse(kept, problem)
            refused.append(quarantine_row(kept, problem))
    queries.insert_quarantined(refused)
    reading.close(stored, now=now)
    return len(stored), len(refused)

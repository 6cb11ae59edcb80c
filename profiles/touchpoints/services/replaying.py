"""Replays quarantined messages after their cause was mended."""

from datetime import datetime

import msgspec
import structlog
from django.db import DataError, transaction

from kernel.audit import record
from profiles.touchpoints import overview_queries, queries
from profiles.touchpoints.overview_queries import QuarantineSpan
from profiles.touchpoints.rules.messages import Refused, read_message
from profiles.touchpoints.services.draining import KeptMessage, quarantine_row
from profiles.touchpoints.services.storing import store_arrivals

log = structlog.get_logger()

_BATCH = 1_000


def replay_quarantined(
    *, reason: str = "", only_id: int | None = None, actor: str, now: datetime
) -> tuple[int, int]:
    """Read quarantined messages again; return how many were stored and how many refused again.

    Without `only_id` all of a reason, without a reason all. In batches of one transaction each;
    what is refused again stays in quarantine with its new reason.
    """
    stored = refused = after_id = 0
    upto_id = overview_queries.newest_quarantined_id()
    while True:
        span = QuarantineSpan(reason=reason, only_id=only_id, after_id=after_id, upto_id=upto_id)
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
    good = 0
    for _, body in bodies:
        kept = msgspec.json.decode(body, type=KeptMessage)
        try:
            arrival = read_message(kept.message, kept.envelope, fallback_id=kept.fallback_id)
            with transaction.atomic():
                good += len(store_arrivals([arrival], now=now).arrivals)
        except Refused as problem:
            refused.append(quarantine_row(kept, problem))
        except DataError as error:
            text = f"It could not be stored: {type(error).__name__}."
            refused.append(quarantine_row(kept, Refused("not_storable", "", text)))
    queries.insert_quarantined(refused)
    return good, len(refused)

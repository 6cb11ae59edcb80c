"""Lets people into journeys."""

from datetime import datetime

import structlog
from django.db import transaction

from campaigns.journeys import queries
from campaigns.journeys.models import JourneyTrigger
from campaigns.journeys.queries import Entrant
from kernel.events import Bounds, wake

log = structlog.get_logger()

_BATCH = 5_000


def enroll_from_log(source: str, bounds: Bounds, *, now: datetime) -> int:
    """Let in whoever a batch of a log lets in; returns how many are new.

    Runs inside the transaction of the log's reader, so that each fact lets people in once.
    """
    entrants = queries.list_entrants(source, bounds)
    entered = queries.enter(entrants, now=now)
    if entered:
        log.info("journeys.entered", found=len(entrants), entered=entered)
        wake("campaigns.advance_journeys")
    return entered


@transaction.atomic
def enroll_members(trigger: JourneyTrigger, *, now: datetime) -> int:
    """Let in everybody who is in the trigger's segment now, in batches of 5,000."""
    total, after = 0, 0
    while members := queries.list_members(trigger.segment_id or 0, after=after, batch=_BATCH):
        after = members[-1]
        total += queries.enter(
            [
                Entrant(trigger_id=trigger.pk, customer_id=member, cause_id=0, ctx=None)
                for member in members
            ],
            now=now,
        )
    return total

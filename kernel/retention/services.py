"""Choosing how long logs are kept, and forgetting what is older."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import DatabaseError, connection, transaction

from kernel.audit import record
from kernel.errors import Invalid
from kernel.events.contracts import Position
from kernel.retention.contracts import Extent, retained_logs
from kernel.retention.models import RetentionPolicy
from kernel.retention.selectors import find_settled
from kernel.sql import SqlFile

SQL = SqlFile(__file__, "retention")
log = structlog.get_logger()

# Facts of the last month are needed by caps, attribution and whoever looks into a complaint.
SHORTEST_DAYS: Final = 30
LONGEST_DAYS: Final = 36_500
_BATCH: Final = 50_000
# Forgetting waits for writers no longer than they should wait for it; the next run tries again.
_LOCK_TIMEOUT: Final = "2s"


class EventRetention:
    """The published events of all apps."""

    label = "Published events"
    text = "Facts between the parts of the product, such as a reward that was granted."

    def measure(self) -> Extent:
        """Return the time of the first event and what the table occupies."""
        return Extent(*SQL.run("measure_events")[0])

    def forget(self, *, before: datetime, upto: Position) -> int:
        """Delete up to so many old events; the next run goes on."""
        params = {"before": before, "xid": upto.xid, "id": upto.id, "limit": _BATCH}
        return SQL.count("forget_events", params)


def choose_retention(name: str, *, keep_days: int | None, actor: str, now: datetime) -> None:
    """Keep a log for so many days, or for ever; audited. It is applied by the schedule.

    Raises:
        NotFound: no such log can be forgotten.
        Invalid: the number is too small or too large.
    """
    retained_logs.get(name)
    if keep_days is not None and not SHORTEST_DAYS <= keep_days <= LONGEST_DAYS:
        raise Invalid("keep_days", f"Choose from {SHORTEST_DAYS} to {LONGEST_DAYS:,} days.")
    with transaction.atomic():
        policy, _ = RetentionPolicy.objects.select_for_update().get_or_create(log=name)
        before, policy.keep_days = policy.keep_days, keep_days
        policy.save(update_fields=["keep_days"])
        record(actor=actor, verb="retention_chosen", object_type="log", object_id=name,
               before={"keep_days": before}, after={"keep_days": keep_days}, now=now)  # fmt: skip


def apply_retention(*, now: datetime) -> int:
    """Forget what is older than chosen, and return how many facts went.

    Only what every reader has read and nobody set aside. Each log in a transaction of its own; one
    that fails keeps its reason for the page and is tried again by the next run. Safe to run twice.
    """
    total = 0
    for policy in RetentionPolicy.objects.filter(keep_days__isnull=False).order_by("log"):
        if retained_logs.find(policy.log) is None:
            continue
        try:
            with transaction.atomic():
                forgotten, error = _forget(policy, now=now), ""
        except DatabaseError as problem:
            forgotten, error = 0, f"{type(problem).__name__}: it is tried again."
            log.warning("retention.failed", retained=policy.log, error=type(problem).__name__)
        policy.applied_at, policy.forgotten, policy.error = now, policy.forgotten + forgotten, error
        policy.save(update_fields=["applied_at", "forgotten", "error"])
        total += forgotten
    if total:
        log.info("retention.applied", forgotten=total)
    return total


def _forget(policy: RetentionPolicy, *, now: datetime) -> int:
    upto = find_settled(policy.log)
    if upto is None or policy.keep_days is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_LOCK_TIMEOUT])
    before = now - timedelta(days=policy.keep_days)
    return retained_logs.get(policy.log).forget(before=before, upto=upto)

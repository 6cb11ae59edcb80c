"""Choosing how long touchpoints of an event or source are kept, and forgetting what is older."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import OperationalError, connection, transaction
from django.db.models import F

from kernel.audit import record
from kernel.errors import Invalid, NotFound
from kernel.ids import new_key
from kernel.retention.selectors import find_settled
from kernel.retention.services import LONGEST_DAYS, SHORTEST_DAYS
from profiles.computed.services.refreshing import plan_people
from profiles.retention import queries
from profiles.retention.models import RetentionRule
from profiles.retention.queries import Slot
from profiles.segments.services.refreshing import plan_forgotten
from profiles.touchpoints.models import Event, Source

log = structlog.get_logger()

# Forgetting cannot be undone: whoever chose has time to think again.
GRACE: Final = timedelta(hours=1)
_EVERY: Final = timedelta(days=1)
# A set's rows are locked until its people are due; above the most of a run the rest waits.
SET: Final = 10_000
_MOST_A_RUN: Final = 500_000
# Shorter than the database waits before it looks for a deadlock: a merge goes first.
_LOCK_TIMEOUT: Final = "500ms"
_SOON: Final = timedelta(minutes=10)
_START: Final = datetime(1, 1, 2, tzinfo=UTC)
_LOG: Final = "profiles.touchpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is to be kept for how long: an event, what a source sends, or one event of one source."""

    event: str
    source_key: UUID | None
    keep_days: int


def choose_rule(choice: Choice, *, actor: str, now: datetime) -> RetentionRule:
    """Keep touchpoints for so many days; audited. Takes the place of a rule for the very same.

    Nothing is forgotten within the next hour, so that the choice can be taken back.

    Raises:
        Invalid: the event or source is unknown, none is named, or the days are too few or many.
    """
    event, source = _find(choice)
    with transaction.atomic():
        rule, is_new = RetentionRule.objects.select_for_update().get_or_create(
            event=event, source=source,
            defaults={
                "key": new_key(now=now), "keep_days": choice.keep_days, "next_at": now + GRACE,
                "created_by": actor, "created_at": now,
            },
        )  # fmt: skip
        before = None if is_new else {"keep_days": rule.keep_days}
        rule.keep_days, rule.next_at = choice.keep_days, now + GRACE
        rule.save(update_fields=["keep_days", "next_at"])
        after = {
            "event": event.name if event else None, "source": source.name if source else None,
            "keep_days": rule.keep_days,
        }  # fmt: skip
        record(actor=actor, verb="retention_chosen", object_type="retention_rule",
               object_id=rule.key, before=before, after=after, now=now)  # fmt: skip
    return rule


def lift_rule(key: UUID, *, actor: str, now: datetime) -> None:
    """Keep touchpoints as long as all others again; what is forgotten does not come back. Audited.

    Raises:
        NotFound: there is no such rule.
    """
    with transaction.atomic():
        rule = RetentionRule.objects.select_for_update().filter(key=key).first()
        if rule is None:
            raise NotFound("There is no such retention rule. It may have been lifted.")
        before = {"rule": str(rule), "keep_days": rule.keep_days, "forgotten": rule.forgotten}
        rule.delete()
        record(actor=actor, verb="retention_lifted", object_type="retention_rule", object_id=key,
               before=before, now=now)  # fmt: skip


def apply_rules(*, now: datetime) -> int:
    """Forget what is older than the rules that are due say; return how many touchpoints went.

    Only what every reader has read. Set by set, each in a transaction of its own that also makes
    the people due in the segments and computed traits that looked at them. Safe to break off and to
    run twice.
    """
    due = RetentionRule.objects.filter(next_at__lte=now).order_by("id")
    return sum(_apply(rule, now=now) for rule in due)


def _apply(rule: RetentionRule, *, now: datetime) -> int:
    gone, next_at = 0, now + _EVERY
    try:
        for touchpoints in _forget(rule, now=now):
            gone += touchpoints
            if gone >= _MOST_A_RUN:
                next_at = now + _SOON
                break
    except OperationalError as error:
        next_at = now + _SOON
        log.warning("touchpoints.forgetting_put_off", rule_id=rule.pk, error=type(error).__name__)
    same = RetentionRule.objects.filter(pk=rule.pk, next_at=rule.next_at)
    same.update(last_at=now, last_forgotten=gone, next_at=next_at)
    if gone:
        log.info("touchpoints.forgotten", rule_id=rule.pk, touchpoints=gone)
    return gone


def _forget(rule: RetentionRule, *, now: datetime) -> Iterator[int]:
    """Forget set by set, and tell how many touchpoints each had."""
    read_upto = find_settled(_LOG)
    if read_upto is None:
        return
    before = now - timedelta(days=rule.keep_days)
    events = [rule.event_id] if rule.event_id else queries.list_events_of(rule.source_id or 0)
    for event_id in events:
        slot: Slot | None = Slot(
            event_id=event_id, source_id=rule.source_id, start=_START, before=before,
            read_upto=read_upto,
        )  # fmt: skip
        while slot is not None:
            touchpoints, slot = _forget_set(rule, slot, now=now)
            yield touchpoints


def _forget_set(rule: RetentionRule, slot: Slot, *, now: datetime) -> tuple[int, Slot | None]:
    """Forget the oldest touchpoints of a slot; return how many, and what is left of the slot.

    Nothing once somebody has changed or lifted the rule.
    """
    with transaction.atomic():
        same = RetentionRule.objects.select_for_update().filter(pk=rule.pk, next_at=rule.next_at)
        upto, found = queries.find_bound(slot, limit=SET)
        if upto is None or not same.exists():
            return 0, None
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_LOCK_TIMEOUT])
        touchpoints, people = queries.forget_set(slot, upto=upto)
        plan_forgotten(people, event_id=slot.event_id, now=now)
        plan_people(people, now=now)
        same.update(forgotten=F("forgotten") + touchpoints)
    return touchpoints, replace(slot, start=upto) if found == SET else None


def _find(choice: Choice) -> tuple[Event | None, Source | None]:
    """Return the event and source of a choice, either of which may be missing, but not both."""
    event = Event.objects.filter(name=choice.event).first()
    source = Source.objects.filter(key=choice.source_key).first() if choice.source_key else None
    if choice.event and event is None:
        raise Invalid(
            "event", f"No event is called “{choice.event}”. Schema lists those that came."
        )
    if choice.source_key and source is None:
        raise Invalid("source", "There is no source of this key. Sources lists them.")
    if event is None and source is None:
        raise Invalid("event", "Name an event or a source. For all touchpoints there is Settings → "
                      "Data retention.")  # fmt: skip
    if not SHORTEST_DAYS <= choice.keep_days <= LONGEST_DAYS:
        raise Invalid("keep_days", f"Choose from {SHORTEST_DAYS} to {LONGEST_DAYS:,} days.")
    return event, source

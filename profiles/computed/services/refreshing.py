"""Keeps values in step with what happens: touched people, due times, everybody each night."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction

from kernel.events import Bounds, NewEvent, publish_many, wake
from kernel.events.failures import can_mend_itself, describe, kind_of
from profiles.computed import queries
from profiles.computed.models import ComputedTrait, TraitStatus
from profiles.computed.queries import Touched
from profiles.segments.queries.names import estimate_people
from profiles.segments.rules.planning import choose_scope

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How many stored values differed from a full computation."""

    trait_id: int
    differences: int


def refresh_touched(bounds: Bounds, *, now: datetime) -> int:
    """Compute the traits of the people whom a batch of touchpoints concerns.

    One statement per trait that the batch mentions, index probes per person. The caller holds the
    lane: it is the subscriber whose cursor it is. Returns how many values changed.
    """
    return _settle(queries.list_touched(bounds), now=now)


def compute_requested(*, now: datetime) -> int:
    """Compute for everybody the trait that waits longest; return how many did, 0 or 1.

    One statement, in the lane, which also takes the request out of the row: a crash leaves it
    there, and a second worker finds nothing. A trait that fails is parked.
    """
    waiting = ComputedTrait.objects.filter(requested_at__isnull=False, status=TraitStatus.LIVE)
    with transaction.atomic():
        queries.lock_lane()
        trait = waiting.order_by("requested_at", "id").select_for_update().first()
        if trait is None:
            return 0
        try:
            with transaction.atomic():
                rebuilt = queries.rebuild_values(trait, now=now)
        except Exception as error:
            if can_mend_itself(error):
                raise
            _park(trait, error, now=now)
            return 1
    log.info("computed.computed", trait_id=trait.pk, people=rebuilt.people)
    wake("profiles.refresh_due_segments")
    return 1


def refresh_due(*, now: datetime, batch: int = 5_000) -> int:
    """Compute values whose time has come; return how many due times were settled.

    One transaction in the lane. A second call finds what the first left over.
    """
    with transaction.atomic():
        queries.lock_lane()
        due = queries.list_due(now=now, batch=batch)
        changed = _settle(due, now=now)
    if due:
        log.info("computed.due_settled", due=len(due), changed=changed)
    return len(due)


def plan_people(customer_ids: Iterable[int], *, now: datetime) -> None:
    """Make some people due at once in every trait, after a merge or its undoing."""
    queries.plan_people(customer_ids, now=now)
    wake("profiles.refresh_computed")


def verify_trait(trait_id: int, *, now: datetime) -> Proof:
    """Compute a trait for everybody, put right what differs, and note when and how many.

    One statement, in the lane. A score changes each night by its nature, so only differences of
    figures are reported, as `profiles.computed_drifted`. Takes a parked trait into use again.
    """
    with transaction.atomic():
        queries.lock_lane()
        trait = ComputedTrait.objects.get(pk=trait_id)
        was_behind = trait.parked_at is not None or trait.requested_at is not None
        changed = queries.rebuild_values(trait, now=now).changed
        is_drift = trait.kind == "figure" and not was_behind
        ComputedTrait.objects.filter(pk=trait_id).update(
            verified_at=now, verified_differences=changed if is_drift else 0
        )
        if changed and is_drift:
            _report("profiles.computed_drifted", trait_id, {"differences": changed}, now=now)
            log.error("computed.drifted", trait_id=trait_id, differences=changed)
    return Proof(trait_id=trait_id, differences=changed if is_drift else 0)


def verify_all(*, now: datetime) -> list[Proof]:
    """Verify every trait, each in a transaction of its own; one that fails is parked."""
    proofs = []
    live = ComputedTrait.objects.filter(status=TraitStatus.LIVE).order_by("id")
    for trait in live:
        try:
            proofs.append(verify_trait(trait.pk, now=now))
        except Exception as error:
            if can_mend_itself(error):
                raise
            _park(trait, error, now=now)
    return proofs


def _settle(touched: Sequence[Touched], *, now: datetime) -> int:
    by_trait: dict[int, list[Touched]] = {}
    for one in touched:
        by_trait.setdefault(one.trait_id, []).append(one)
    if not by_trait:
        return 0
    people = estimate_people()
    total = 0
    for trait in ComputedTrait.objects.filter(pk__in=by_trait).order_by("id"):
        some = by_trait[trait.pk]
        try:
            with transaction.atomic():
                scope = choose_scope(len(some), people)
                total += queries.apply_values(trait, some, scope=scope, now=now)
        except Exception as error:
            if can_mend_itself(error):
                raise
            _park(trait, error, now=now)
    if total:
        wake("profiles.refresh_due_segments")
    return total


def _park(trait: ComputedTrait, error: Exception, *, now: datetime) -> None:
    """Set one failing trait aside, so that the others go on; the nightly proof tries it again."""
    ComputedTrait.objects.filter(pk=trait.pk).update(
        requested_at=None, parked_at=now, parked_reason=describe(error)
    )
    _report("profiles.computed_failed", trait.pk, {"error": kind_of(error)}, now=now)
    log.error("computed.parked", trait_id=trait.pk, error=kind_of(error))


def _report(event_type: str, trait_id: int, payload: dict[str, object], *, now: datetime) -> None:
    subject = f"computed:{trait_id}"
    new = NewEvent(subject=subject, payload={"trait_id": trait_id, **payload})
    publish_many(event_type, [new], now=now)

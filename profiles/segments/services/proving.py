"""The continuous proof: memberships compared with a recompute, repaired, and reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import F

from kernel.events import NewEvent, publish_many
from kernel.events.failures import can_mend_itself
from profiles.segments.models import Segment, SegmentStatus
from profiles.segments.queries.candidates import list_waiting
from profiles.segments.queries.membership import (
    Candidate,
    Change,
    Compiled,
    apply_verdicts,
    lock_lane,
    rebuild_members,
)
from profiles.segments.queries.preview import count_people, draw_people
from profiles.segments.rules.sqlbuilder import Scope
from profiles.segments.services.refreshing import LiveSegments, park_segment, rebuild_dependents

log = structlog.get_logger()
# One in a hundred people, but enough to find something, and not more than a second of work.
_SHARE_PERCENT = 1.0
_LEAST, _MOST = 100, 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What one comparison found."""

    segment_id: int
    differences: int


def verify_segment(segment_id: int, *, now: datetime) -> Proof:
    """Recompute a segment whole, repair every difference, and note when and how many.

    One transaction in the lane, one statement over all people. Differences are logged as an error
    and published as `profiles.segment_drifted`, which an alert can watch; those of a segment that
    was set aside are no error, and it is in use again.
    """
    with transaction.atomic():
        lock_lane()
        was_parked = Segment.objects.filter(pk=segment_id, parked_at__isnull=False).update(
            parked_at=None, parked_reason=""
        )
        live = LiveSegments(now=now)
        built = rebuild_members(
            live.rules[segment_id], cause_kind="repair", may_start_journeys=False, now=now
        )
        changed = built.entered + built.left
        differences = 0 if was_parked else changed
        if changed:
            rebuild_dependents(segment_id, cause_kind="repair", now=now)
        Segment.objects.filter(pk=segment_id).update(
            verified_at=now, verified_differences=differences, sampled_differences=0
        )
        _report({segment_id: differences}, scope="all", now=now)
    return Proof(segment_id=segment_id, differences=differences)


def verify_all(*, now: datetime) -> list[Proof]:
    """Verify every live segment, each in a transaction of its own, so that nobody waits long.

    One that fails is set aside and the others go on.
    """
    proofs = []
    ids = Segment.objects.filter(status=SegmentStatus.LIVE, kind="rule").order_by("id")
    for pk in list(ids.values_list("pk", flat=True)):
        try:
            proofs.append(verify_segment(pk, now=now))
        except Exception as error:
            if can_mend_itself(error):
                raise
            park_segment(pk, error, now=now)
    return proofs


def verify_sample(*, now: datetime, percent: float = _SHARE_PERCENT) -> list[Proof]:
    """Recompute a share of all people in every live segment, another share each hour.

    Differences are repaired and reported as by `verify_segment`; each segment keeps how many there
    were since it was last verified whole.
    """
    with transaction.atomic():
        lock_lane()
        live = LiveSegments(now=now)
        sample = _sample(now=now, percent=percent)
        found = {
            segment_id: len(_repair(live.rules[segment_id], sample, now=now))
            for segment_id in live.in_order()
        }
        Segment.objects.filter(pk__in=found).update(sampled_at=now, sampled_people=len(sample))
        for segment_id, differences in found.items():
            if differences:
                Segment.objects.filter(pk=segment_id).update(
                    sampled_differences=F("sampled_differences") + differences
                )
        _report(found, scope="sample", now=now)
    log.info("segments.sample_verified", people=len(sample), segments=len(found))
    return [Proof(segment_id=pk, differences=number) for pk, number in found.items()]


def _sample(*, now: datetime, percent: float) -> Sequence[int]:
    people = count_people()
    wanted = min(_MOST, max(_LEAST, round(people * percent / 100)))
    return draw_people(wanted, people=people, seed=int(now.timestamp()) // 3_600)


def _repair(rule: Compiled, sample: Sequence[int], *, now: datetime) -> list[Change]:
    """Evaluate sampled people; whoever was in the wrong place is put right.

    Somebody whose time came but who was not settled yet is late, not wrong, and left out.
    """
    waiting = list_waiting(rule.segment_id, now=now)
    candidates = [
        Candidate(customer_id=one, cause_kind="repair", may_start_journeys=False)
        for one in sample
        if one not in waiting
    ]
    return apply_verdicts(rule, candidates, scope=Scope.SET, now=now)


def _report(found: dict[int, int], *, scope: str, now: datetime) -> None:
    wrong = {pk: number for pk, number in found.items() if number}
    for pk, number in wrong.items():
        log.error("segments.drifted", segment_id=pk, differences=number, scope=scope)
    publish_many(
        "profiles.segment_drifted",
        [
            NewEvent(
                subject=f"segment:{pk}",
                payload={"segment_id": pk, "differences": number, "scope": scope},
            )
            for pk, number in wrong.items()
        ],
        now=now,
    )

"""From a friend's purchase to a reward that is granted, or taken back when the order is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.db import transaction

from kernel.audit import record
from kernel.errors import Conflict, Invalid
from kernel.events import Bounds, NewEvent, publish_many
from kernel.ids import new_keys
from profiles.contracts import CustomerId, SystemTouchpoint
from profiles.facade import record_touchpoints
from referrals.abuse.models import Finding
from referrals.graph.queries import move_referrals
from referrals.graph.rules import ReferralStatus
from referrals.programs.rules import Reward
from referrals.rewards import queries
from referrals.rewards.models import Grant
from referrals.rewards.rules import GrantStatus, PostingKind, no_longer_qualifies

# One beat's work stays well under two seconds.
RELEASE_BATCH = 500


def convert_batch(bounds: Bounds, *, now: datetime) -> int:
    """Convert the referrals that a batch of touchpoints completes and take back refunded ones.

    Runs in the subscriber's transaction. A fixed number of statements however many touchpoints
    there are; running it again changes nothing. Returns how many referrals converted.
    """
    conversions = queries.convert_referrals(bounds)
    converted_ids = [conversion.referral_id for conversion in conversions]
    if conversions:
        _hold_rewards(converted_ids, now=now)
        record_touchpoints(_conversion_touchpoints(conversions), now=now)
    refunded_ids = queries.record_refunds(bounds, converted_ids=converted_ids)
    if refunded_ids:
        _take_back(refunded_ids, now=now)
    return len(conversions)


def release_due(*, now: datetime, batch: int = RELEASE_BATCH) -> int:
    """Grant the rewards whose hold is over, post them, and publish each as a fact.

    One transaction; many workers may run it at once. Returns how many were granted.
    """
    with transaction.atomic():
        released = queries.release_grants(now=now, batch=batch)
        if not released:
            return 0
        queries.post_grants(
            [grant.grant_id for grant in released],
            PostingKind.RELEASE,
            before=GrantStatus.HELD,
            reason="The hold is over.",
            now=now,
        )
        move_referrals(
            [grant.referral_id for grant in released if grant.referral_id is not None],
            before=ReferralStatus.CONVERTED,
            after=ReferralStatus.REWARDED,
            reason="reward_granted",
            now=now,
        )
        record_touchpoints([_reward_touchpoint(grant, now=now) for grant in released], now=now)
        publish_many(
            "referrals.reward_granted", [_granted_event(grant) for grant in released], now=now
        )
    return len(released)


def promise_rewards(
    program_id: int, causes: Mapping[str, int], *, reward: Reward, now: datetime
) -> int:
    """Promise a reward of a program to the customer of each cause; it is granted at once.

    In the caller's transaction. A cause that was promised before gets nothing again. Returns how
    many are new.
    """
    keys = new_keys(len(causes), now=now)
    grants = queries.promise_rewards(program_id, causes, keys=keys, reward=reward, now=now)
    queries.post_grants(
        grants, PostingKind.EARN, before=GrantStatus.HELD, reason="A journey granted it.", now=now
    )
    return len(grants)


def reverse_grant(grant_id: int, *, reason: str, actor: str, now: datetime) -> None:
    """Take one reward back by staff, with a correcting posting and an audit entry.

    Raises:
        Invalid: when no reason is given.
        Conflict: when the grant is neither held nor granted any more.
    """
    if not reason.strip():
        raise Invalid("reason", "Say why the reward is taken back; the ledger keeps the reason.")
    with transaction.atomic():
        done = _reverse([grant_id], reason=reason.strip(), now=now)
        if not done:
            grant = Grant.objects.get(pk=grant_id)
            raise Conflict(f"This reward is {grant.status} and cannot be reversed.")
        grant = Grant.objects.get(pk=grant_id)
        record(
            actor=actor,
            verb="reversed",
            object_type="grant",
            object_id=grant.key,
            before={"status": done[0].before},
            after={"status": "reversed", "reason": reason.strip()},
            now=now,
        )


def decide_finding(
    finding_id: int, *, is_abuse: bool, reason: str, actor: str, now: datetime
) -> None:
    """Clear a finding, so that its rewards go on, or confirm it and take them back.

    A finding that was decided before stays as it is, so a double click decides once.

    Raises:
        Invalid: when no reason is given.
        Conflict: when somebody decided it before.
    """
    if not reason.strip():
        raise Invalid("reason", "Say why; the finding keeps the reason.")
    resolution = "confirmed" if is_abuse else "cleared"
    with transaction.atomic():
        decided = Finding.objects.filter(pk=finding_id, resolved_at__isnull=True).update(
            resolved_at=now,
            resolution=resolution,
            resolution_reason=reason.strip(),
            resolved_by=actor,
        )
        if not decided:
            raise Conflict("This finding has been decided already.")
        finding = Finding.objects.get(pk=finding_id)
        if is_abuse and finding.referral_id is not None:
            _void(finding.referral_id, reason=reason.strip(), now=now)
        record(
            actor=actor,
            verb=resolution,
            object_type="finding",
            object_id=finding_id,
            before={"resolution": ""},
            after={"resolution": resolution, "reason": reason.strip()},
            now=now,
        )


def _void(referral_id: int, *, reason: str, now: datetime) -> None:
    for before, after in (
        (ReferralStatus.STARTED, ReferralStatus.REJECTED),
        (ReferralStatus.CONVERTED, ReferralStatus.REJECTED),
        (ReferralStatus.REWARDED, ReferralStatus.REVERSED),
    ):
        move_referrals([referral_id], before=before, after=after, reason="abuse", now=now)
    grant_ids = Grant.objects.filter(referral_id=referral_id).values_list("id", flat=True)
    _reverse(list(grant_ids), reason=reason, now=now)


def _hold_rewards(referral_ids: Sequence[int], *, now: datetime) -> None:
    count = len(referral_ids)
    keys = new_keys(2 * count, now=now)
    held = queries.hold_grants(referral_ids, advocate_keys=keys[:count], friend_keys=keys[count:])
    queries.post_grants(
        held, PostingKind.EARN, before=GrantStatus.HELD, reason="The friend converted.", now=now
    )


def _take_back(referral_ids: Sequence[int], *, now: datetime) -> None:
    fallen = [
        order
        for order in queries.list_refunded(referral_ids)
        if no_longer_qualifies(
            revenue=order.revenue, refunded=order.refunded, minimum=order.minimum
        )
    ]
    if not fallen:
        return
    fallen_ids = [order.referral_id for order in fallen]
    for before in (ReferralStatus.CONVERTED, ReferralStatus.REWARDED):
        move_referrals(
            fallen_ids, before=before, after=ReferralStatus.REVERSED, reason="refunded", now=now
        )
    grant_ids = Grant.objects.filter(referral_id__in=fallen_ids).values_list("id", flat=True)
    _reverse(list(grant_ids), reason="The order was refunded.", now=now)


def _reverse(grant_ids: Sequence[int], *, reason: str, now: datetime) -> list[queries.Reversed]:
    done = queries.reverse_grants(grant_ids, reason=reason, now=now)
    for before, grants in groupby(sorted(done, key=attrgetter("before")), attrgetter("before")):
        queries.post_grants(
            [grant.grant_id for grant in grants],
            PostingKind.REVERSE,
            before=GrantStatus(before),
            reason=reason,
            now=now,
        )
    return done


def _conversion_touchpoints(conversions: Sequence[queries.Conversion]) -> list[SystemTouchpoint]:
    return [
        SystemTouchpoint(
            customer_id=CustomerId(customer_id),
            event="Referral Converted",
            key=f"referral:{conversion.key}:converted:{side}",
            occurred_at=conversion.converted_at,
            properties={"program": conversion.program, "side": side},
        )
        for conversion in conversions
        for side, customer_id in (
            ("advocate", conversion.advocate_customer_id),
            ("friend", conversion.friend_id),
        )
    ]


def _reward_touchpoint(grant: queries.Released, *, now: datetime) -> SystemTouchpoint:
    return SystemTouchpoint(
        customer_id=CustomerId(grant.customer_id),
        event="Reward Granted",
        key=f"grant:{grant.key}:granted",
        occurred_at=now,
        properties=_reward_facts(grant),
    )


def _granted_event(grant: queries.Released) -> NewEvent:
    return NewEvent(
        subject=f"customer:{grant.customer_id}",
        payload={"customer_id": grant.customer_id, **_reward_facts(grant)},
        key=f"referrals.reward_granted:{grant.key}",
    )


def _reward_facts(grant: queries.Released) -> dict[str, str]:
    return {
        "program": grant.program,
        "side": grant.side,
        "amount": str(grant.amount),
        "unit": grant.unit,
        "referral": str(grant.referral_key or ""),
    }

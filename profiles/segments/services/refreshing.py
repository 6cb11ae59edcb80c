"""Keeps memberships in step with what happens: touched people, due times, changed segments."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

import structlog
from django.db import transaction

from kernel.events import Bounds, NewEvent, publish_many, wake
from kernel.events.failures import can_mend_itself, describe, kind_of
from profiles.segments.models import Segment
from profiles.segments.queries import candidates as candidate_queries
from profiles.segments.queries.candidates import LiveRule
from profiles.segments.queries.membership import (
    Candidate,
    Change,
    Compiled,
    apply_verdicts,
    lock_lane,
    rebuild_members,
)
from profiles.segments.queries.names import estimate_people, resolve_names
from profiles.segments.rules.exactjson import loads_exact
from profiles.segments.rules.planning import choose_scope, evaluation_order
from profiles.segments.rules.sqlbuilder import Scope
from profiles.segments.rules.tree import InvalidRule, SegmentRule, parse_rule

log = structlog.get_logger()
Pending = dict[int, dict[int, Candidate]]


class LiveSegments:
    """The live rules, compiled against today's names, and who refers to whom. Three statements.

    Parked segments are left out; one whose rule cannot be read any more is parked.
    """

    def __init__(self, *, now: datetime) -> None:
        stored, parsed = [], {}
        for row in candidate_queries.list_live():
            try:
                parsed[row.id] = _parse(row.rule)
            except InvalidRule as error:
                park_segment(row.id, error, now=now)
                continue
            stored.append(row)
        names = resolve_names(
            mention for rule in parsed.values() for mention in rule.root.mentions()
        )
        self.rules = {
            row.id: Compiled(
                segment_id=row.id,
                version_id=row.version_id,
                root=parsed[row.id].root,
                names=names,
                holds_back=row.holds_back,
            )
            for row in stored
        }
        self._needs = _references(stored, parsed)

    def in_order(self) -> list[int]:
        """Return the live segments, each after those that it refers to."""
        return evaluation_order(self._needs, self.rules)

    def dependents(self, segment_id: int) -> list[int]:
        """Return the live segments that refer to a segment."""
        return [one for one, needs in self._needs.items() if segment_id in needs]


def refresh_touched(bounds: Bounds, *, now: datetime) -> int:
    """Evaluate the people whom a batch of touchpoints concerns; return how many changes it made.

    Only segments whose rules mention what happened are evaluated, one statement each. The caller
    holds the lane: it is the subscriber whose cursor it is.
    """
    pending: Pending = {}
    for one in candidate_queries.list_touched(bounds):
        pending.setdefault(one.segment_id, {})[one.customer_id] = Candidate(
            customer_id=one.customer_id,
            cause_kind="touchpoint",
            cause_id=one.cause_id,
            may_start_journeys=one.may_start,
        )
    return _settle(pending, now=now) if pending else 0


def refresh_due(*, now: datetime, batch: int = 5_000) -> int:
    """Evaluate people whose time has come; return how many due times were settled.

    One transaction in the lane. A second call finds what the first left over.
    """
    with transaction.atomic():
        lock_lane()
        due = candidate_queries.list_due(now=now, batch=batch)
        pending: Pending = {}
        for one in due:
            pending.setdefault(one.segment_id, {})[one.customer_id] = Candidate(
                customer_id=one.customer_id,
                cause_kind=one.cause,
                may_start_journeys=one.may_start,
            )
        changes = _settle(pending, now=now) if pending else 0
    if due:
        log.info("segments.due_settled", due=len(due), changes=changes)
    return len(due)


def plan_consent_changes(bounds: Bounds, *, now: datetime) -> None:
    """Make everybody due at once whose consent changed, where a rule asks about it."""
    if candidate_queries.plan_consent(bounds, now=now):
        wake("profiles.refresh_due_segments")


def plan_people(customer_ids: Iterable[int], *, cause: str, now: datetime) -> None:
    """Make some people due at once in every live segment, after a merge or its undoing."""
    if candidate_queries.plan_everybody_of(customer_ids, cause=cause, now=now):
        wake("profiles.refresh_due_segments")


def plan_forgotten(customer_ids: Iterable[int], *, event_id: int, now: datetime) -> None:
    """Make people due at once whose touchpoints of an event were forgotten, where rules ask for it.

    Whoever enters by that starts no journey: nobody did anything.
    """
    if candidate_queries.plan_forgotten(customer_ids, event_id=event_id, now=now):
        wake("profiles.refresh_due_segments")


def rebuild_dependents(segment_id: int, *, cause_kind: str, now: datetime) -> None:
    """Recompute whole every live segment that refers to one, directly or not."""
    live = LiveSegments(now=now)
    stale = {segment_id}
    for one in live.in_order():
        if any(one in live.dependents(source) for source in stale):
            rebuild_members(
                live.rules[one], cause_kind=cause_kind, may_start_journeys=False, now=now
            )
            stale.add(one)


def _settle(pending: Pending, *, now: datetime) -> int:
    live = LiveSegments(now=now)
    candidate_queries.forget_due(set(pending) - set(live.rules))
    people = estimate_people()
    total = 0
    for segment_id in live.in_order():
        chosen = pending.get(segment_id)
        if not chosen:
            continue
        scope = choose_scope(len(chosen), people)
        changes = _apply(live.rules[segment_id], list(chosen.values()), scope=scope, now=now)
        total += len(changes)
        for dependent in live.dependents(segment_id):
            waiting = pending.setdefault(dependent, {})
            for change in changes:
                waiting.setdefault(change.customer_id, chosen[change.customer_id])
    return total


def _apply(
    rule: Compiled, candidates: list[Candidate], *, scope: Scope, now: datetime
) -> list[Change]:
    """Evaluate one segment; one that fails is set aside, so that the others go on."""
    try:
        with transaction.atomic():
            return apply_verdicts(rule, candidates, scope=scope, now=now)
    except Exception as error:
        if can_mend_itself(error):
            raise
        park_segment(rule.segment_id, error, now=now)
        return []


def park_segment(segment_id: int, error: Exception, *, now: datetime) -> None:
    """Set a failing segment aside and report it; nobody enters or leaves until it is verified.

    Verifying recomputes it whole, so nothing that happened meanwhile is lost.
    """
    Segment.objects.filter(pk=segment_id).update(parked_at=now, parked_reason=describe(error))
    new = NewEvent(
        subject=f"segment:{segment_id}",
        payload={"segment_id": segment_id, "error": kind_of(error)},
    )
    publish_many("profiles.segment_failed", [new], now=now)
    log.error("segments.parked", segment_id=segment_id, error=kind_of(error))


def _references(stored: Iterable[LiveRule], parsed: dict[int, SegmentRule]) -> dict[int, set[int]]:
    ids = {row.key: row.id for row in stored}
    return {
        number: {
            ids[mention.name]
            for mention in rule.root.mentions()
            if mention.kind == "segment" and mention.name in ids
        }
        for number, rule in parsed.items()
    }


@lru_cache(maxsize=2_000)
def _parse(text: str) -> SegmentRule:
    """Parse a stored rule; once per process is enough."""
    return parse_rule(loads_exact(text))

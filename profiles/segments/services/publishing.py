"""Definitions of segments: create, change the draft, publish a version, archive."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import IntegrityError, transaction

from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import new_key
from profiles.segments.models import Segment, SegmentKind, SegmentStatus, SegmentVersion
from profiles.segments.queries import candidates as candidate_queries
from profiles.segments.queries.holding import forget_held, hold_back
from profiles.segments.queries.membership import (
    Compiled,
    empty_segment,
    lock_lane,
    rebuild_members,
)
from profiles.segments.queries.names import resolve_names
from profiles.segments.rules.planning import find_cycle
from profiles.segments.selectors.authoring import RuleRefused, read_rule
from profiles.segments.selectors.using import list_users
from profiles.segments.services.guarding import guard_cost
from profiles.segments.services.mentioning import expand_mentions
from profiles.segments.services.refreshing import rebuild_dependents

log = structlog.get_logger()
EMPTY = {"version": 1, "root": {"kind": "group", "match": "all", "rules": []}}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishReport:
    """What a new version changed."""

    segment_id: int
    version: int
    members: int
    entered: int
    left: int
    held_back: int


def create_segment(*, name: str, rule: Any, description: str = "", now: datetime) -> Segment:
    """Create a draft; raises `Conflict` when the name is taken.

    Raises `RuleRefused` for a wrong rule and for one that would read too much.
    """
    if not name.strip():
        raise Invalid("name", "Give the segment a name.")
    read = read_rule(rule)
    guard_cost(read, now=now)
    document = read.model_dump(mode="json", exclude_none=True)
    try:
        with transaction.atomic():
            return Segment.objects.create(
                key=new_key(now=now),
                name=name.strip(),
                description=description,
                draft_rule=document,
                created_at=now,
            )
    except IntegrityError:
        raise Conflict(f"There is a segment named “{name.strip()}” already.") from None


def save_draft(segment_id: int, *, rule: Any) -> Segment:
    """Store a changed rule beside the live one; nothing moves until it is published."""
    document = read_rule(rule).model_dump(mode="json", exclude_none=True)
    with transaction.atomic():
        segment = _lock_segment(segment_id)
        segment.draft_rule = document
        segment.save(update_fields=["draft_rule"])
    return segment


def save_segment(
    segment: Segment | None, *, name: str, description: str, rule: Any, now: datetime
) -> Segment:
    """Create a segment, or store its name, description and draft; the live rule stays."""
    if segment is None:
        return create_segment(name=name, rule=rule, description=description, now=now)
    if not name.strip():
        raise Invalid("name", "Give the segment a name.")
    guard_cost(read_rule(rule), now=now)
    try:
        with transaction.atomic():
            saved = save_draft(segment.pk, rule=rule)
            saved.name, saved.description = name.strip(), description
            saved.save(update_fields=["name", "description"])
    except IntegrityError:
        raise Conflict(f"There is a segment named “{name.strip()}” already.") from None
    return saved


def change_segment(
    segment_id: int,
    *,
    name: str | None = None,
    description: str | None = None,
    rule: Any = None,
    now: datetime,
) -> Segment:
    """Change what is given of a segment; a rule becomes the draft and the live one stays.

    Raises `Conflict` when the name is taken or the segment is archived, `Invalid` for a static list
    with a rule, `RuleRefused` for a wrong rule and for one that would read too much.
    """
    if rule is not None:
        guard_cost(read_rule(rule), now=now)
    try:
        with transaction.atomic():
            segment = _lock_segment(segment_id)
            if segment.status == SegmentStatus.ARCHIVED:
                raise Conflict(f"“{segment.name}” is archived; duplicate it instead.")
            if rule is not None and segment.kind == SegmentKind.LIST:
                raise Invalid("rule", "A static list has no rule; add people to it.")
            if rule is not None:
                segment.draft_rule = read_rule(rule).model_dump(mode="json", exclude_none=True)
            segment.name = segment.name if name is None else name.strip()
            segment.description = segment.description if description is None else description
            segment.save(update_fields=["name", "description", "draft_rule"])
    except IntegrityError:
        raise Conflict(f"There is a segment named “{(name or '').strip()}” already.") from None
    return segment


def publish_segment(
    segment_id: int, *, backfill: bool = True, may_start_journeys: bool = False, now: datetime
) -> PublishReport:
    """Make the draft the rule that counts: build its members and swap, in one transaction.

    Everybody who stays keeps the day they entered. Entries of this build start no journeys unless
    asked to. Without `backfill` nobody enters by it: whoever matches now and is not in yet stays
    out until they stop matching and newly come to match. Raises `Conflict` without a draft and `RuleRefused` when segments would refer to each
    other in a circle. One statement over all people (see the cost guard), in the lane.
    """
    with transaction.atomic():
        lock_lane()
        segment = _lock_segment(segment_id)
        if segment.draft_rule is None:
            raise Conflict(f"“{segment.name}” has no draft to publish.")
        rule = read_rule(segment.draft_rule)
        guard_cost(rule, now=now)
        version = _add_version(segment, backfill=backfill, now=now)
        mentions = expand_mentions(rule.root.mentions())
        candidate_queries.replace_mentions(segment.id, mentions)
        _refuse_cycle()
        compiled = Compiled(
            segment_id=segment.id,
            version_id=version.id,
            root=rule.root,
            names=resolve_names(mentions),
            holds_back=not backfill,
        )
        forget_held(segment.id)
        if not backfill:
            version.held_back = hold_back(compiled, now=now)
        built = rebuild_members(
            compiled, cause_kind="backfill", may_start_journeys=may_start_journeys, now=now
        )
        version.entered, version.left = built.entered, built.left
        version.save(update_fields=["entered", "left", "held_back"])
        rebuild_dependents(segment.id, cause_kind="segment", now=now)
    log.info("segments.published", segment_id=segment.id, entered=built.entered, left=built.left)
    return PublishReport(
        segment_id=segment.id,
        version=version.number,
        members=built.members,
        entered=built.entered,
        left=built.left,
        held_back=version.held_back,
    )


def duplicate_segment(source: Segment, *, now: datetime) -> Segment:
    """Copy a segment's draft, or its live rule, into a new draft with a free name."""
    rule = source.draft_rule or (source.live_version.rule if source.live_version else EMPTY)
    taken = set(Segment.objects.filter(name__startswith=source.name).values_list("name", flat=True))
    numbers = (f"{source.name} (copy {number})" for number in range(1, len(taken) + 2))
    name = next(name for name in numbers if name not in taken)
    return create_segment(name=name, rule=rule, description=source.description, now=now)


def archive_segment(segment_id: int, *, now: datetime) -> None:
    """Take a segment out of use: everybody leaves, its history stays.

    Raises `Conflict` that names them when segments, journeys or others use it.
    """
    with transaction.atomic():
        lock_lane()
        segment = _lock_segment(segment_id)
        users = list_users(segment)
        if users:
            names = ", ".join(f"“{one.name}” ({one.kind})" for one in users)
            raise Conflict(f"“{segment.name}” cannot be archived: {names} use it.")
        empty_segment(segment.id, now=now)
        candidate_queries.replace_mentions(segment.id, [])
        segment.status = SegmentStatus.ARCHIVED
        segment.member_count = 0
        segment.save(update_fields=["status", "member_count"])


def _lock_segment(segment_id: int) -> Segment:
    segment = Segment.objects.select_for_update().filter(pk=segment_id).first()
    if segment is None:
        raise NotFound(f"There is no segment {segment_id}.")
    return segment


def _add_version(segment: Segment, *, backfill: bool, now: datetime) -> SegmentVersion:
    number = segment.versions.count() + 1
    version = SegmentVersion.objects.create(
        segment=segment,
        number=number,
        rule=segment.draft_rule,
        backfill=backfill,
        published_at=now,
    )
    segment.live_version = version
    segment.status = SegmentStatus.LIVE
    segment.draft_rule = None
    segment.save(update_fields=["live_version", "status", "draft_rule"])
    return version


def _refuse_cycle() -> None:
    cycle = find_cycle(candidate_queries.list_references())
    if cycle:
        names = dict(Segment.objects.filter(pk__in=cycle).values_list("pk", "name"))
        chain = " → ".join(f"“{names[number]}”" for number in cycle)
        raise RuleRefused([("root", f"Segments would refer to each other in a circle: {chain}.")])

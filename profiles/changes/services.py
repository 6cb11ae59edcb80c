"""Asking for trait changes, making them set by set, stopping and undoing them."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import transaction

from kernel.audit import record
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import wake
from kernel.ids import new_key
from profiles.changes import queries
from profiles.changes.models import TraitChange
from profiles.contracts import CustomerId
from profiles.customers.models import TraitPolicy
from profiles.directory.queries import Narrowing, list_people
from profiles.directory.services import MOST_VALUE, read_trait
from profiles.segments.models import Segment
from profiles.touchpoints.services.recording import set_traits_of, staff_source_id

log = structlog.get_logger()

_Status = TraitChange.Status
# The people of a set are locked until it is stored.
SET: Final = 500
# Most people of an undone set have nothing to put back.
UNDO_SET: Final = 2_000
# A change gives way to other work of the worker; the rest is done in the next run.
_MOST_SETS: Final = 40
MOST_AT_WORK: Final = 20
TASK: Final = "profiles.change_traits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be set for whom; `value` null removes it. Nothing narrowed means everybody."""

    trait: str
    value: Any
    narrowing: Narrowing = field(default_factory=Narrowing)


def ask_change(wish: Wish, *, actor: str, now: datetime) -> TraitChange:
    """Let an attribute be set for everybody who matches now, in the background; audited.

    Raises:
        Invalid: the attribute or its value cannot be used.
        Conflict: too many changes are at work.
    """
    trait = read_trait(wish.trait)
    if len(json.dumps(wish.value)) > MOST_VALUE:
        raise Invalid("value", f"A value has up to {MOST_VALUE:,} letters.")
    newest = queries.find_newest_id()
    segment_id = wish.narrowing.segment_id
    segment = Segment.objects.filter(pk=segment_id).first() if segment_id else None
    with transaction.atomic():
        if (
            TraitChange.objects.filter(status__in=[_Status.RUNNING, _Status.UNDOING]).count()
            >= MOST_AT_WORK
        ):
            raise Conflict(f"{MOST_AT_WORK} changes are at work. Wait until some of them are done.")
        change = TraitChange.objects.create(
            key=new_key(now=now), trait=trait, value=wish.value, segment=segment,
            seen_since=wish.narrowing.seen_since, is_known=wish.narrowing.is_known,
            newest_id=newest, before_id=newest + 1, created_by=actor, created_at=now,
        )  # fmt: skip
        after = {
            "trait": trait, "removed": wish.value is None,
            "segment": str(segment.key) if segment else None,
            "seen_since": change.seen_since and change.seen_since.isoformat(),
            "known": change.is_known,
        }  # fmt: skip
        _note("traits_set", change, actor=actor, now=now, after=after)
    wake(TASK)
    return change


def run_changes(*, now: datetime) -> int:
    """Go on with the changes at work, a number of sets; return how many people were changed.

    Each set is one transaction with the place where the next one starts: a crash loses nothing and
    nobody is changed twice. Safe for many workers.
    """
    changed = 0
    for _ in range(_MOST_SETS):
        people = _run_set(now=now)
        if people is None:
            return changed
        changed += people
    wake(TASK)
    return changed


def stop_change(key: UUID, *, actor: str, now: datetime) -> TraitChange:
    """Leave the rest of the people as they are; a second call changes nothing. Audited.

    Raises:
        NotFound: there is no such change.
        Conflict: it is being undone, or was.
    """
    with transaction.atomic():
        change = _hold(key)
        if change.status in {_Status.UNDOING, _Status.UNDONE}:
            raise Conflict("This change is being undone, or was. Nothing more is set.")
        if change.status == _Status.RUNNING:
            _end(change, _Status.STOPPED, now=now)
            _note("stopped", change, actor=actor, now=now, after={"reached": change.reached})
    return change


def undo_change(key: UUID, *, actor: str, now: datetime) -> TraitChange:
    """Put back what people had before, set by set; who got another value since keeps it. Audited.

    Raises:
        NotFound: there is no such change.
        Conflict: it is still at work or undone, or the attribute keeps no newer value.
    """
    with transaction.atomic():
        change = _hold(key)
        if change.status not in {_Status.DONE, _Status.STOPPED}:
            raise Conflict("Only a change that is done or stopped can be undone, once.")
        policy = TraitPolicy.objects.filter(name=change.trait).exclude(rule="newest").first()
        if policy is not None:
            raise Conflict(
                f"“{change.trait}” keeps its value by the policy “{policy.get_rule_display()}”, so an "
                "earlier one cannot be put back. Choose “Newest” under Profiles → Attributes first."
            )
        change.newest_id = queries.find_newest_id()
        change.before_id = change.newest_id + 1
        change.status, change.ended_at = _Status.UNDOING, None
        change.save(update_fields=["newest_id", "before_id", "status", "ended_at"])
        _note("undone", change, actor=actor, now=now, after={"trait": change.trait})
    wake(TASK)
    return change


def _run_set(*, now: datetime) -> int | None:
    """Do one set of the oldest change at work that nobody else holds; `None` without one."""
    with transaction.atomic():
        at_work = TraitChange.objects.filter(status__in=[_Status.RUNNING, _Status.UNDOING])
        change = at_work.select_for_update(skip_locked=True).order_by("id").first()
        if change is None:
            return None
        if change.status == _Status.RUNNING:
            passed, changed = _set(change)
            change.reached += changed
        else:
            passed, changed = _restore(change, now=now)
            change.restored += changed
        change.before_id = passed[-1] if passed else 0
        change.save(update_fields=["before_id", "reached", "restored"])
        if not passed:
            is_set = change.status == _Status.RUNNING
            _end(change, _Status.DONE if is_set else _Status.UNDONE, now=now)
            log.info("traits.changed", change_id=change.pk, reached=change.reached,
                     restored=change.restored)  # fmt: skip
    return changed


def _set(change: TraitChange) -> tuple[list[int], int]:
    """Set the attribute for the next people who match; return who was passed and how many have it."""
    narrowing = Narrowing(
        segment_id=change.segment_id, seen_since=change.seen_since, is_known=change.is_known
    )
    rows = list_people(before_id=change.before_id, limit=SET, narrowing=narrowing)
    passed = [row.id for row in rows]
    changes = {CustomerId(one): {change.trait: change.value} for one in passed}
    set_traits_of(changes, now=change.created_at)
    return passed, len(changes)


def _restore(change: TraitChange, *, now: datetime) -> tuple[list[int], int]:
    """Put back what the next people had before; return who was passed and how many have it back."""
    passed = queries.list_ids(before_id=change.before_id, limit=UNDO_SET)
    found = queries.list_restorable(change, passed, source_id=staff_source_id(now=now))
    set_traits_of({CustomerId(one): {change.trait: before} for one, before in found}, now=now)
    return passed, len(found)


def _hold(key: UUID) -> TraitChange:
    change = TraitChange.objects.select_for_update().filter(key=key).first()
    if change is None:
        raise NotFound("There is no such change of an attribute.")
    return change


def _end(change: TraitChange, status: TraitChange.Status, *, now: datetime) -> None:
    change.status, change.ended_at = status, now
    change.save(update_fields=["status", "ended_at"])


def _note(
    verb: str, change: TraitChange, *, actor: str, now: datetime, after: dict[str, Any]
) -> None:
    record(
        actor=actor,
        verb=verb,
        object_type="trait_change",
        object_id=change.key,
        after=after,
        now=now,
    )

"""Lets people into journeys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from campaigns.journeys import queries
from campaigns.journeys.models import Journey, JourneyTrigger
from campaigns.journeys.queries import Entrant
from campaigns.journeys.rules.definition import parse_definition
from campaigns.journeys.services.triggers import trigger_of
from kernel.audit import record
from kernel.errors import Conflict
from kernel.events import Bounds, wake
from profiles import facade as profiles
from profiles.contracts import CustomerId, IdentityRef

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


@transaction.atomic
def let_in_by_call(
    journey: Journey, identity: IdentityRef, *, traits: dict[str, Any], properties: dict[str, Any],
    now: datetime,
) -> bool:  # fmt: skip
    """Let one person in as a program asks; returns whether they entered.

    A person who is not known yet is created. The rules for entering again hold.

    Raises:
        Conflict: the journey is not live, or its entry is not open to programs.
        Invalid: the identifier cannot be one.
    """
    trigger = JourneyTrigger.objects.filter(
        version=journey.live_version_id, kind=JourneyTrigger.Kind.API
    ).first()
    if journey.status != Journey.Status.LIVE or trigger is None:
        raise Conflict(
            f"“{journey.name}” lets nobody in by the API. Add the trigger “A program calls” to its "
            "entry and publish it."
        )
    customer_id = profiles.identify_customer(identity, traits=traits, now=now)
    entrant = Entrant(
        trigger_id=trigger.pk, customer_id=customer_id, cause_id=0, ctx={"event": properties}
    )
    return _let_in([entrant], now=now) == 1


@transaction.atomic
def let_in_by_hand(
    journey: Journey, customer_ids: Sequence[CustomerId], *, actor: str, now: datetime
) -> int:
    """Let in people whom staff chose; returns how many entered. The rules for entering again hold.

    Raises:
        Conflict: the journey is not live.
    """
    trigger = _manual_trigger(journey)
    trigger.save()
    entered = _let_in(
        [
            Entrant(trigger_id=trigger.pk, customer_id=customer_id, cause_id=0, ctx=None)
            for customer_id in customer_ids
        ],
        now=now,
    )
    _note(journey, {"people": len(customer_ids), "entered": entered}, actor=actor, now=now)
    return entered


@transaction.atomic
def let_in_segment(journey: Journey, segment_id: int, *, actor: str, now: datetime) -> None:
    """Let in everybody who is in a segment, soon and in batches.

    Raises:
        Conflict: the journey is not live.
    """
    trigger = _manual_trigger(journey)
    trigger.segment_id, trigger.next_at = segment_id, now
    trigger.save()
    _note(journey, {"segment": segment_id}, actor=actor, now=now)
    wake("campaigns.start_scheduled")


def _manual_trigger(journey: Journey) -> JourneyTrigger:
    """Return a trigger for what staff do, with the limits of the live entry but for the key."""
    version = journey.live_version
    if journey.status != Journey.Status.LIVE or version is None:
        raise Conflict(f"“{journey.name}” is {journey.status}; only a live journey lets people in.")
    entry = parse_definition(version.definition).entry
    trigger = trigger_of(version, JourneyTrigger.Kind.MANUAL, entry)
    trigger.key_path = []
    return trigger


def _let_in(entrants: Sequence[Entrant], *, now: datetime) -> int:
    entered = queries.enter(entrants, now=now)
    wake("campaigns.advance_journeys")
    return entered


def _note(journey: Journey, what: dict[str, Any], *, actor: str, now: datetime) -> None:
    record(
        actor=actor,
        verb="let people in",
        object_type="journey",
        object_id=str(journey.key),
        before=None,
        after=what,
        now=now,
    )

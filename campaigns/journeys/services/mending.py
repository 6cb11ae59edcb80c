"""What staff do about errors of a journey: try again, skip, take people out."""

from datetime import datetime
from typing import Final

from django.db import transaction

from campaigns.deliveries.services.settle import settle_all_failed
from campaigns.journeys import failures, queries, stops
from campaigns.journeys.failures import Failure, Group
from campaigns.journeys.models import Journey
from kernel.audit import record
from kernel.errors import Invalid
from kernel.events import wake

AGAIN: Final = "again"
SKIP: Final = "skip"
TAKE_OUT: Final = "take_out"
VERBS: Final = {
    AGAIN: "tried errors again",
    SKIP: "skipped errors",
    TAKE_OUT: "took people with errors out",
}


def count_reached(group: Group, verb: str) -> int:
    """Return how many errors an action would settle now, or how many people it would take out."""
    found = failures.list_errors(group)
    return len(
        {each.enrollment_id for each in found if each.is_inside} if verb == TAKE_OUT else found
    )


@transaction.atomic
def act_on_errors(group: Group, verb: str, *, reason: str, actor: str, now: datetime) -> int:
    """Send messages or make calls again, give them up, or take out whose they are.

    Who still stands at a call that is given up goes on as after an answer; everybody else has gone
    on already and stays where they are. Returns how many errors were settled, or people taken out. A
    second call finds none.

    Raises:
        Invalid: there is no such action.
    """
    if verb not in VERBS:
        raise Invalid("what", f"There is no action “{verb}”. Choose one of: {', '.join(VERBS)}.")
    stops.lock_alone()
    found = failures.list_errors(group)
    done = _take_out(group, found, now=now) if verb == TAKE_OUT else 0
    settled = _settle(group, found, is_again=verb == AGAIN, now=now)
    journey = Journey.objects.get(pk=group.journey_id)
    record(
        actor=actor, verb=VERBS[verb], object_type="journey", object_id=str(journey.key),
        after={
            "step": group.step, "version": group.version, "error": group.reason,
            "errors": settled, "reason": reason,
            **({"people": done} if verb == TAKE_OUT else {}),
        },
        now=now,
    )  # fmt: skip
    wake("campaigns.advance_journeys")
    return done if verb == TAKE_OUT else settled


def _settle(group: Group, found: list[Failure], *, is_again: bool, now: datetime) -> int:
    if group.kind == "message":
        keys = [each.key for each in found]
        return settle_all_failed(keys, verdict=AGAIN if is_again else SKIP, now=now)
    ids = [each.id for each in found]
    if is_again:
        return failures.call_again(ids, now=now)
    answers = failures.skip_calls(ids, now=now)
    if answers:
        queries.advance_answered(answers, now=now)
    return len(ids)


def _take_out(group: Group, found: list[Failure], *, now: datetime) -> int:
    ids = sorted({each.enrollment_id for each in found if each.is_inside})
    if not ids:
        return 0
    return stops.take_out(group.journey_id, who="chosen", reason="taken_out", ids=ids, now=now)

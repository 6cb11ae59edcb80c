"""What staff do with people at a step of the live version: send them on, move them, take them out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from campaigns.journeys import queries, standing, stops
from campaigns.journeys.models import Journey, JourneyNode
from campaigns.journeys.services.migrating import TARGETS
from campaigns.journeys.standing import Place
from kernel.audit import record
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import wake

GO_ON: Final = "go_on"
MOVE: Final = "move"
TAKE_OUT: Final = "take_out"
VERBS: Final = {
    GO_ON: "sent people on",
    MOVE: "moved people",
    TAKE_OUT: "took people out",
}
# Where people wait for nothing but time or an event.
_WAITS: Final = {"wait", "until", "hold"}


def find_place(journey: Journey, node: str, ids: Sequence[int] = ()) -> Place:
    """Return a step of the live version by its name; raises `NotFound`."""
    row = JourneyNode.objects.filter(version=journey.live_version_id, name=node).first()
    if row is None:
        raise NotFound("The live version has no such step.")
    return Place(journey_id=journey.pk, node=row, ids=ids)


def list_verbs(place: Place) -> list[str]:
    """Return what can be done with people at a step."""
    if place.node.act in {"deliver", "call", "exit"}:
        return [TAKE_OUT] if place.node.act != "exit" else []
    return [GO_ON, MOVE, TAKE_OUT] if place.node.act in _WAITS else [MOVE, TAKE_OUT]


def count_reached(place: Place, verb: str) -> int:
    """Return how many people an action would reach now."""
    found = standing.count_standing(place)
    return found.people if verb == TAKE_OUT else found.free


@transaction.atomic
def act_on_people(
    place: Place, verb: str, *, target: str = "", reason: str, actor: str, now: datetime
) -> int:
    """Send people on as if their time were over, move them to `target`, or take them out.

    Returns how many. A second call finds nobody. Past steps never run again; messages that are
    planned for who is taken out are held back.

    Raises:
        Conflict: this cannot be done at such a step.
        Invalid: nobody can be moved to the target.
    """
    if verb not in list_verbs(place):
        raise Conflict(
            f"At “{place.node.name}” people cannot be treated so. Choose another action."
        )
    journey = Journey.objects.get(pk=place.journey_id)
    if verb == TAKE_OUT:
        done = stops.take_out(
            journey.pk, who="node", reason="taken_out", ids=place.ids, now=now,
            at=(place.node.version_id, place.node.node),
        )  # fmt: skip
    elif verb == MOVE:
        done = _move(place, target, now=now)
    else:
        stops.lock_alone()
        answers = standing.end_waits(place)
        done = queries.advance_answered(answers, now=now).moved if answers else 0
    what = {"step": place.node.name, "people": done, "target": target, "reason": reason}
    record(
        actor=actor, verb=VERBS[verb], object_type="journey", object_id=str(journey.key),
        after={name: value for name, value in what.items() if value != ""}, now=now,
    )  # fmt: skip
    wake("campaigns.advance_journeys")
    return done


def list_targets(place: Place) -> list[str]:
    """Return the other steps to which people can be moved."""
    nodes = JourneyNode.objects.filter(version=place.node.version_id, act__in=TARGETS)
    return list(nodes.exclude(node=place.node.node).order_by("node").values_list("name", flat=True))


def _move(place: Place, target: str, *, now: datetime) -> int:
    if target not in list_targets(place):
        raise Invalid("target", f"Nobody can be moved to “{target}”. Choose another step.")
    node = JourneyNode.objects.get(version=place.node.version_id, name=target)
    stops.lock_alone()
    return standing.move_people(place, target=node.node, now=now)

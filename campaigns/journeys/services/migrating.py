"""Moving people who are inside older versions to the live one, as staff choose for each step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from campaigns.journeys import selectors, stops
from campaigns.journeys.models import Journey, JourneyNode, JourneyVersion
from kernel.audit import record
from kernel.errors import Conflict, Invalid
from kernel.events import wake

STAY: Final = "~stay"
LEAVE: Final = "~leave"
# Where somebody can arrive without having come through the step before.
TARGETS: Final = {"wait", "hold", "until", "ask", "split", "send"}
# Who stands here waits for something that belongs to this visit.
_BOUND: Final = {"deliver", "call"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOfOld:
    """A step of an older version at which people stand. `proposed` is the same step where it exists."""

    version: JourneyVersion
    node: int
    name: str
    inside: int
    proposed: str


def list_old_steps(journey: Journey) -> list[StepOfOld]:
    """Return the steps of older versions at which people stand and from which they can be moved."""
    if journey.live_version_id is None:
        return []
    same = set(list_targets(journey))
    steps = []
    for version in journey.versions.exclude(pk=journey.live_version_id).order_by("-number"):
        acts = dict(version.nodes.values_list("node", "act"))
        steps += [
            StepOfOld(
                version=version, node=row.node, name=row.name, inside=row.inside,
                proposed=row.name if row.name in same else STAY,
            )
            for row in selectors.count_nodes(version.pk)
            if row.inside > 0 and row.type != "exit" and acts[row.node] not in _BOUND
        ]  # fmt: skip
    return steps


def list_targets(journey: Journey) -> list[str]:
    """Return the steps of the live version to which people can be moved."""
    nodes = JourneyNode.objects.filter(version=journey.live_version_id, act__in=TARGETS)
    return list(nodes.order_by("node").values_list("name", flat=True))


@transaction.atomic
def migrate_people(
    journey: Journey, choices: Mapping[tuple[int, str], str], *, actor: str, now: datetime
) -> int:
    """Move or take out people by step; returns how many. Steps that are not named stay as they are.

    `choices` maps version number and step to a step of the live version, `LEAVE` or `STAY`. Past
    steps never run again.

    Raises:
        Conflict: the journey has no live version.
        Invalid: a choice names a step to which nobody can be moved.
    """
    locked = Journey.objects.select_for_update().get(pk=journey.pk)
    stops.lock_alone()
    live = locked.live_version
    if live is None:
        raise Conflict(f"“{locked.name}” was never published.")
    targets = {node.name: node for node in live.nodes.filter(act__in=TARGETS)}
    total = 0
    for step in list_old_steps(locked):
        choice = choices.get((step.version.number, step.name), STAY)
        if choice == LEAVE:
            total += stops.take_out(
                locked.pk, who="node", reason="taken_out", at=(step.version.pk, step.node), now=now,
            )  # fmt: skip
        elif choice != STAY:
            if choice not in targets:
                raise Invalid(step.name, f"Nobody can be moved to “{choice}”. Choose another step.")
            total += _move(locked, step, targets[choice], now=now)
    record(
        actor=actor,
        verb="moved people to a version",
        object_type="journey",
        object_id=str(locked.key),
        before=None,
        after={"version": live.number, "people": total},
        now=now,
    )
    wake("campaigns.advance_journeys")
    return total


def _move(journey: Journey, step: StepOfOld, target: JourneyNode, *, now: datetime) -> int:
    old = step.version.nodes.get(node=step.node)
    return stops.move_to_version(
        journey.pk,
        old=(step.version.pk, step.node),
        new=(target.version_id, target.node),
        is_same=old.name == target.name and old.type == target.type,
        now=now,
    )

"""Publishing a journey: an immutable version, its nodes and triggers as the engine reads them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from campaigns.content.models import Template
from campaigns.contracts import JourneyId, PublishedJourney
from campaigns.journeys import queries, stops
from campaigns.journeys.models import (
    Journey,
    JourneyLeave,
    JourneyNode,
    JourneyTrigger,
    JourneyVersion,
)
from campaigns.journeys.nodes.choose import Choose
from campaigns.journeys.nodes.condition import Condition
from campaigns.journeys.nodes.entry import Entry
from campaigns.journeys.nodes.hold import Hold
from campaigns.journeys.nodes.matching import json_path
from campaigns.journeys.nodes.send import Send
from campaigns.journeys.rules.definition import AnyNode, Definition, Problem, parse_definition
from campaigns.journeys.services.enroll import enroll_members
from campaigns.journeys.services.scheduling import fill_days
from campaigns.journeys.services.triggers import make_trigger
from kernel.audit import record
from kernel.errors import Conflict, Invalid
from kernel.events import wake
from profiles import facade as profiles


def create_journey(name: str, *, key: UUID, actor: str, now: datetime) -> Journey:
    """Create an empty journey; publish a definition to let people in.

    Raises:
        Conflict: the name is taken.
    """
    if Journey.objects.filter(name=name).exists():
        raise Conflict(f"A journey named “{name}” exists. Choose another name.")
    journey = Journey.objects.create(key=key, name=name, created_at=now)
    record(
        actor=actor,
        verb="created",
        object_type="journey",
        object_id=str(key),
        before=None,
        after={"name": name},
        now=now,
    )
    return journey


@transaction.atomic
def publish_journey(
    journey: Journey, *, definition: Any, actor: str, now: datetime
) -> PublishedJourney:
    """Publish a definition as the journey's next version and make it live.

    People inside stay on their version; who was held goes on. Template versions are taken as they are now. With
    `starts: current_and_future` everybody in the segment enters at once.

    Raises:
        Invalid: the definition has a fault; `field` is its path.
    """
    journey = Journey.objects.select_for_update().get(pk=journey.pk)
    parsed = check_definition(definition, now=now)
    version, triggers = write_version(journey, parsed, number=journey.versions.count() + 1, now=now)
    journey.live_version = version
    journey.status = Journey.Status.LIVE
    journey.people_inside = Journey.PeopleInside.GO_ON
    journey.save(update_fields=["live_version", "status", "people_inside"])
    stops.release_timers(journey.pk)
    if any(row.kind == JourneyTrigger.Kind.DATE_TRAIT for row in triggers):
        fill_days()
    enrolled = 0
    if parsed.entry.starts != "future":
        at_once = [row for row in triggers if row.kind == "segment_entered"]
        enrolled = sum(enroll_members(row, now=now) for row in at_once)
    record(
        actor=actor,
        verb="published",
        object_type="journey",
        object_id=str(journey.key),
        before=None,
        after={"version": version.number, "enrolled": enrolled},
        now=now,
    )
    wake("campaigns.advance_journeys")
    return PublishedJourney(
        journey_id=JourneyId(journey.pk),
        key=journey.key,
        version=version.number,
        enrolled=enrolled,
    )


def write_version(
    journey: Journey, parsed: Definition, *, number: int, now: datetime
) -> tuple[JourneyVersion, list[JourneyTrigger]]:
    """Write a version as the engine reads it: nodes, triggers, and what makes people leave."""
    version = JourneyVersion.objects.create(
        journey=journey,
        number=number,
        definition=parsed.model_dump(mode="json", by_alias=True),
        published_at=now,
    )
    _write_nodes(version, parsed, journey=journey)
    queries.make_routes(version.pk)
    triggers = JourneyTrigger.objects.bulk_create(
        [make_trigger(version, trigger, parsed, now=now) for trigger in parsed.entry.triggers]
    )
    JourneyLeave.objects.bulk_create(
        JourneyLeave(
            version=version,
            event_name=rule.event,
            filter_path=json_path(rule.match),
            is_goal=rule.is_goal,
            key_path=None if rule.any_key else parsed.entry.key_path or None,
        )
        for rule in parsed.leave_rules()
    )
    return version, triggers


def check_definition(definition: Any, *, now: datetime) -> Definition:
    """Return a definition whose parts and rules can all be read.

    Raises:
        Invalid: it has a fault; `field` is its path.
    """
    try:
        parsed = parse_definition(definition)
    except Problem as problem:
        raise Invalid(problem.path, str(problem)) from None
    for node in parsed.nodes:
        if isinstance(node, Condition) and node.rule is not None:
            profiles.evaluate_rule(node.rule, [], now=now)
        if isinstance(node, Choose):
            for branch in node.branches:
                profiles.evaluate_rule(branch.as_rule(), [], now=now)
    return parsed


def _write_nodes(version: JourneyVersion, parsed: Definition, *, journey: Journey) -> None:
    nodes = parsed.numbered()
    number = {node.id: place for place, node in enumerate(nodes)}
    live = _live_versions([node for node in nodes if isinstance(node, Send)])
    JourneyNode.objects.bulk_create(
        [
            _node_row(
                version,
                node,
                number=number,
                live=live,
                entry=parsed.entry,
                salt=f"journey:{journey.key}:{node.id}",
            )
            for node in nodes
        ]
    )


def _live_versions(sends: list[Send]) -> dict[UUID, int]:
    wanted = {node.template for node in sends}
    rows = Template.objects.filter(key__in=wanted).values_list("key", "live_version_id")
    live = {key: version_id for key, version_id in rows if version_id}
    for node in sends:
        if node.template not in live:
            raise Invalid(
                f"definition.nodes.{node.id}.template",
                f"“{node.id}” sends a template that does not exist or is not published.",
            )
    return live


def _node_row(
    version: JourneyVersion,
    node: AnyNode,
    *,
    number: dict[str, int],
    live: dict[UUID, int],
    salt: str,
    entry: Entry,
) -> JourneyNode:
    engine = node.engine_row()
    outlets = node.outlets()
    return JourneyNode(
        version=version,
        node=number[node.id],
        name=node.id,
        type=node.engine_type,
        act=engine.act,
        outlets=[name for name, _ in outlets],
        next=[number[target] for _, target in outlets],
        bounds=engine.bounds,
        salt=salt if engine.bounds else "",
        delay=engine.delay,
        reason=engine.reason,
        template_version_id=live[node.template] if isinstance(node, Send) else None,
        priority=engine.priority,
        params=_params(node, entry),
    )


def _params(node: AnyNode, entry: Entry) -> dict[str, Any]:
    """Return what Python needs at a node; a hold also needs the property that is its key."""
    if isinstance(node, Hold) and entry.key_path and not node.any_key:
        return {**node.params(), "key": entry.key_path}
    return node.params()

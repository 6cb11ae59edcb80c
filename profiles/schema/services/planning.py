"""Changes of the tracking plan. Each is audited and stamps the plan, so that workers read it again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from kernel.audit import record
from kernel.errors import Invalid, NotFound
from kernel.ids import new_key
from profiles.schema import queries
from profiles.schema.models import PlanAction, PlannedEvent, PlannedPropertyRow
from profiles.schema.rules import PlannedProperty, check_actions, check_properties
from profiles.schema.selectors import describe_plan, find_event_id

_MAX_EVENT_NAME = 200
_MAX_PROPERTIES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlan:
    """What one event should be. `notes` describes properties by name."""

    description: str = ""
    owner: str = ""
    properties: Mapping[str, PlannedProperty] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


def plan_event(name: str, plan: EventPlan, *, actor: str, now: datetime) -> int:
    """Put an event into the tracking plan, or replace what was planned; return the event's number.

    The event need not have happened yet. It counts from the next batch of arriving events on.

    Raises:
        Invalid: the name or a property cannot be used.
    """
    name = name.strip()
    if not 0 < len(name) <= _MAX_EVENT_NAME or "\0" in name:
        raise Invalid("name", f"An event's name has 1 to {_MAX_EVENT_NAME} letters.")
    if len(plan.properties) > _MAX_PROPERTIES:
        raise Invalid("properties", f"Plan up to {_MAX_PROPERTIES} properties of an event.")
    check_properties(plan.properties)
    with transaction.atomic():
        event_id = find_event_id(name, create=True)
        before = describe_plan(event_id)
        row, _ = PlannedEvent.objects.update_or_create(
            event_id=event_id,
            defaults={
                "description": plan.description, "owner": plan.owner, "changed_at": now,
            },
        )  # fmt: skip
        PlannedPropertyRow.objects.filter(event=row).delete()
        PlannedPropertyRow.objects.bulk_create(
            PlannedPropertyRow(
                event=row, name=each.name, type=each.type, is_required=each.is_required,
                values=list(each.values), description=plan.notes.get(each.name, ""),
            )
            for each in plan.properties.values()
        )  # fmt: skip
        queries.stamp_plan(new_key(now=now))
        record(actor=actor, verb="planned", object_type="event", object_id=event_id,
               before=before, after=describe_plan(event_id), now=now)  # fmt: skip
    return event_id


def unplan_event(event_id: int, *, actor: str, now: datetime) -> None:
    """Take an event out of the tracking plan.

    Raises:
        NotFound: it is not planned.
    """
    with transaction.atomic():
        before = describe_plan(event_id)
        if before is None:
            raise NotFound("This event is not planned.")
        PlannedEvent.objects.filter(event_id=event_id).delete()
        queries.stamp_plan(new_key(now=now))
        record(actor=actor, verb="unplanned", object_type="event", object_id=event_id,
               before=before, now=now)  # fmt: skip


def set_actions(
    actions: Mapping[str, str], *, source_id: int | None, actor: str, now: datetime
) -> None:
    """Say what is done about violations, in one source or in all that say nothing themselves.

    An empty action takes the one of all sources; for all sources it is “allow”.

    Raises:
        Invalid: a kind or action is not known.
    """
    chosen = {kind: action for kind, action in actions.items() if action}
    check_actions(chosen)
    with transaction.atomic():
        PlanAction.objects.filter(source_id=source_id).delete()  # type: ignore[misc]  # None is all
        PlanAction.objects.bulk_create(
            PlanAction(source_id=source_id, kind=kind, action=action)
            for kind, action in chosen.items()
        )
        queries.stamp_plan(new_key(now=now))
        record(actor=actor, verb="changed", object_type="plan_actions",
               object_id=source_id or "all", after=dict(chosen), now=now)  # fmt: skip

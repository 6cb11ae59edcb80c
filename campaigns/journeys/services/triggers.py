"""The triggers of a version as the engine reads them."""

from datetime import datetime, timedelta

from campaigns.journeys.models import JourneyTrigger, JourneyVersion
from campaigns.journeys.nodes.entry import Entry
from campaigns.journeys.nodes.matching import json_path
from campaigns.journeys.nodes.triggers import (
    DateTrait,
    EventPublished,
    Schedule,
    SegmentEntered,
    SegmentLeft,
    TouchpointRecorded,
    Trigger,
)
from campaigns.journeys.rules.definition import Definition
from campaigns.journeys.services.scheduling import first_time


def make_trigger(
    version: JourneyVersion, trigger: Trigger, parsed: Definition, *, now: datetime
) -> JourneyTrigger:
    """Return one trigger of a definition, not saved yet; what the clock starts has its first time."""
    row = trigger_of(version, trigger.kind, parsed.entry)
    if isinstance(trigger, SegmentEntered | SegmentLeft | Schedule):
        row.segment_id = trigger.segment_id
    if isinstance(trigger, TouchpointRecorded | EventPublished):
        row.event_name = trigger.event
        row.filter = [match.model_dump(mode="json", by_alias=True) for match in trigger.match]
        row.filter_path = json_path(trigger.match)
    if isinstance(trigger, Schedule | DateTrait):
        row.settings = {**trigger.model_dump(mode="json"), "begins_on": now.date().isoformat()}
        row.next_at = first_time(row, now=now)
    return row


def trigger_of(version: JourneyVersion, kind: str, entry: Entry) -> JourneyTrigger:
    """Return a trigger of a version with the limits of its entry, not saved yet."""
    return JourneyTrigger(
        version=version,
        kind=kind,
        may_reenter=entry.reentry == "after_exit",
        is_open=entry.starts != "current",
        max_entries=entry.max_entries,
        min_gap=timedelta(seconds=entry.min_gap_seconds),
        at_once=entry.at_once,
        max_age=timedelta(seconds=entry.max_age_seconds),
        key_path=entry.key_path,
    )

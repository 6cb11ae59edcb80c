"""Suggestions while typing: real events, traits and values, with how frequent they are."""

from datetime import datetime

from profiles.schema.selectors import IDENTIFY, suggest_events, suggest_properties
from profiles.segments.queries import preview as queries
from profiles.segments.selectors.previewing import sample_people


def suggest(of: str, *, now: datetime) -> list[tuple[str, int]]:
    """Return suggestions: `events`, `traits`, or the values of one trait (`values:city`).

    Events and traits come from what was learned while they arrived, so they cost the same however
    many there are; `properties:Order Completed` gives the properties of one event.
    """
    if of == "events":
        return suggest_events(now=now)
    if of == "traits":
        return suggest_properties(IDENTIFY)
    if of.startswith("properties:"):
        return suggest_properties(of.removeprefix("properties:"))
    if of.startswith("values:"):
        return queries.list_frequent_values(of.removeprefix("values:"), sample_people())
    return []

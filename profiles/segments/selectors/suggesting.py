"""Suggestions while typing: real events, traits and values, with how frequent they are."""

from profiles.segments.queries import preview as queries
from profiles.segments.selectors.previewing import sample_people


def suggest(of: str) -> list[tuple[str, int]]:
    """Return suggestions for `events`, `traits`, or the values of one trait (`values:city`)."""
    if of == "events":
        return queries.list_frequent_events()
    if of == "traits":
        return queries.list_frequent_traits(sample_people())
    if of.startswith("values:"):
        return queries.list_frequent_values(of.removeprefix("values:"), sample_people())
    return []

"""Journeys that start each other by the events they record."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.journeys.rules.documents import Document, DraftNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbor:
    """What of a journey others hear: the events that start it again and those it records."""

    name: str
    starts_by: frozenset[str]
    records: frozenset[str]


def neighbor_of(name: str, document: Document) -> Neighbor:
    """Return the neighbor that a definition is. What lets nobody in twice is started by nothing."""
    nodes = document["nodes"]
    entry: DraftNode = next((node for node in nodes if node["type"] == "entry"), {})
    triggers = (entry.get("triggers") or []) if entry.get("reentry", "never") != "never" else []
    return Neighbor(
        name=name,
        starts_by=frozenset(each["event"] for each in triggers if each.get("event")),
        records=frozenset(
            node["event"] for node in nodes if node["type"] == "emit" and node.get("event")
        ),
    )


def find_way_back(own: Neighbor, event: str, neighbors: Sequence[Neighbor]) -> str:
    """Return through which other journeys an event comes back to a journey, in words, or nothing.

    The shortest way, such as “Ask for a review”, then “Thank you”.
    """
    ways: list[tuple[str, tuple[str, ...]]] = [(event, ())]
    passed: set[str] = set()
    for heard, names in ways:
        for each in neighbors:
            if heard in each.starts_by and each.name not in passed:
                passed.add(each.name)
                way = (*names, f"“{each.name}”")
                if each.records & own.starts_by:
                    return ", then ".join(way)
                ways += [(recorded, way) for recorded in sorted(each.records)]
    return ""

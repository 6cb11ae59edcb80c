"""Reads what somebody plans for an event: one row of the table is one property."""

from collections.abc import Iterator, Mapping

from django.http import QueryDict

from profiles.schema.rules import TYPES, PlannedProperty
from profiles.schema.selectors import PropertyRow
from profiles.schema.services.planning import EventPlan

MAX_ROWS = 1_000
NEW_ROWS = 3
_MAX_TEXT = 1_000


def read_plan(post: QueryDict) -> EventPlan:
    """Read the form of an event's plan; rows that are not chosen or have no name are left out."""
    rows = list(_rows(post))
    return EventPlan(
        description=post.get("description", "").strip()[:_MAX_TEXT],
        owner=post.get("owner", "").strip()[:100],
        properties={each.name: each for each, _ in rows},
        notes={each.name: note for each, note in rows},
    )


def read_actions(post: QueryDict, kinds: Mapping[str, object]) -> dict[str, str]:
    """Read what is chosen for each kind of violation."""
    return {kind: post.get(kind, "")[:10] for kind in kinds}


def suggested_type(row: PropertyRow) -> str:
    """Return the planned type, or the one that fits everything that was found."""
    if row.planned_type is not None:
        return row.planned_type
    found = [name for name, _ in row.types if name != "null"]
    if set(found) == {"text", "time"}:
        return "text"
    return found[0] if len(found) == 1 and found[0] in TYPES else "any"


def _rows(post: QueryDict) -> Iterator[tuple[PlannedProperty, str]]:
    for number in range(MAX_ROWS):
        if f"name-{number}" not in post:
            return
        name = post.get(f"name-{number}", "").strip()
        if not name or f"planned-{number}" not in post:
            continue
        values = (part.strip() for part in post.get(f"values-{number}", "").split(","))
        planned = PlannedProperty(
            name, post.get(f"type-{number}", "any"), f"required-{number}" in post,
            tuple(dict.fromkeys(value for value in values if value)),
        )  # fmt: skip
        yield planned, post.get(f"note-{number}", "").strip()[:_MAX_TEXT]

"""Since when a person's trait has had the value that it has, by the history of traits.

Only what sources said counts, on the profile and on those that were merged into it. Saying the
same again begins nothing; where a policy keeps a value against newer ones, it has stood since it
was first said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from profiles.segments.rules.sqlbuilder import Builder
from profiles.segments.rules.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a source said about one trait at a time; null took it away."""

    value: Json
    at: datetime


def standing_since(held: Json, history: Sequence[Told], *, is_newest_kept: bool) -> datetime | None:
    """Return since when a value stands; None when nobody is known to have said it."""
    others = [told.at for told in history if not _same(told.value, held)]
    from_on = max(others, default=None) if is_newest_kept else None
    return min(
        (
            told.at
            for told in history
            if _same(told.value, held) and (from_on is None or told.at >= from_on)
        ),
        default=None,
    )


def join_standing(builder: Builder, key: str, *, only_if: str) -> str:
    """Join since when a trait stands, for those of whom a predicate holds; return the alias."""
    alias = builder.alias()
    name = builder.bind(key, "text")
    builder.join(
        "LEFT JOIN LATERAL (SELECT min(e.at) FILTER (WHERE e.is_held AND (e.at >= e.other_at) IS NOT"
        " FALSE) AS since FROM (SELECT h.at, h.is_held, max(h.at) FILTER (WHERE NOT h.is_held AND NOT"
        " EXISTS (SELECT FROM profiles_trait_policy p WHERE p.name = "
        f"{name} AND p.rule <> 'newest')) OVER () AS other_at FROM (SELECT o.at, o.traits -> {name}"
        f" = coalesce(c.traits -> {name}, 'null') AS is_held FROM profiles_trait_entry o"
        " WHERE o.customer_id = ANY (ARRAY(SELECT c.id UNION ALL SELECT m.id FROM profiles_customer m"
        " WHERE m.merged_into_id = c.id))"
        f" AND o.cause = 'told' AND jsonb_exists(o.traits, {name}) AND ({only_if})) h) e)"
        f" {alias} ON true"
    )
    return alias


def _same(one: Json, other: Json) -> bool:
    """Compare as jsonb does: true is not 1, and 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return one == other

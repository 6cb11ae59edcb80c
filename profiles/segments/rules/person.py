"""What the in-memory evaluator knows about one person, and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from profiles.segments.rules.values import Json, Value, at_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One touchpoint."""

    id: int
    event: str
    occurred_at: datetime
    revenue: Decimal | None = None
    properties: Mapping[str, Json] = field(default_factory=dict)

    def read(self, path: str) -> Json:
        """Read a property; `revenue` is the amount that was stored in its own column."""
        return self.revenue if path == "revenue" else at_path(self.properties, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whether one channel and topic may be used, why not, and the consent behind it."""

    reason: str
    consent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Everything a rule can ask about one person; touchpoints ordered by time, then id."""

    id: int
    key: str
    traits: Mapping[str, Json] = field(default_factory=dict)
    touches: Sequence[Touch] = ()
    reach: Mapping[tuple[str, str], Reach] = field(default_factory=dict)
    member_since: Mapping[str, datetime] = field(default_factory=dict)
    fields: Mapping[str, Value] = field(default_factory=dict)
    standing_since: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Whether a condition holds, when time alone may change that, and the fact behind it."""

    holds: bool
    changes_at: datetime | None = None
    fact: str = ""

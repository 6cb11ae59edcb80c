"""Which touchpoints a condition looks at: an event, filters on its properties, a window."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from profiles.segments.rules.comparison_sql import (
    Operand,
    column_operand,
    compile_test,
    json_operand,
)
from profiles.segments.rules.comparisons import (
    AnyNumberTest,
    BooleanTest,
    DateAbsolute,
    ListTest,
    PresenceTest,
    TextTest,
)
from profiles.segments.rules.person import Person, Touch
from profiles.segments.rules.sqlbuilder import Builder, all_of, seconds
from profiles.segments.rules.traits import Path
from profiles.segments.rules.windows import Bounds, Ever, Part, Window
from profiles.segments.rules.wording import label

EventName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
# A property of a past touchpoint never changes, so its test may not move with the clock either.
PropertyTest = Annotated[
    TextTest | AnyNumberTest | DateAbsolute | BooleanTest | ListTest | PresenceTest,
    Field(discriminator="type"),
]


class PropertyFilter(Part):
    """A test of one property of a touchpoint; `revenue` is the stored amount."""

    property: Path
    test: PropertyTest

    def passes(self, touch: Touch, now: datetime) -> bool:
        """Tell whether a touchpoint passes."""
        return self.test.check(touch.read(self.property), now).holds

    def compile(self, builder: Builder, relation: str) -> str:
        """Compile to a predicate over a touchpoint relation."""
        operand = property_operand(builder, relation, self.property)
        return f"({compile_test(builder, self.test, operand).predicate}) IS TRUE"

    def words(self) -> str:
        """Say the filter."""
        return f"{label(self.property)} {self.test.words()}"


class Happening(Part):
    """An event with filters on its properties, all of which must pass."""

    event: EventName
    where: Annotated[list[PropertyFilter], Field(max_length=10)] = []

    def matches(self, touch: Touch, now: datetime) -> bool:
        """Tell whether a touchpoint is such an event."""
        return touch.event == self.event and all(one.passes(touch, now) for one in self.where)

    def predicates(self, builder: Builder, relation: str) -> list[str]:
        """Compile to predicates over a touchpoint relation."""
        event_id = builder.bind(builder.event_ids.get(self.event, 0), "integer")
        filters = [one.compile(builder, relation) for one in self.where]
        return [f"{relation}.event_id = {event_id}", *filters]

    def words(self) -> str:
        """Say the event and its filters."""
        if not self.where:
            return f"“{self.event}”"
        return f"“{self.event}” where {' and '.join(one.words() for one in self.where)}"


class Selection(Happening):
    """Events inside a window that moves with the clock."""

    window: Window = Ever()

    def pick(self, person: Person, now: datetime) -> Iterator[Touch]:
        """Return matching touchpoints in the window or still to come into it, oldest first."""
        loose = self.loose_bounds(now)
        for touch in person.touches:
            if loose.holds(touch.occurred_at) and self.matches(touch, now):
                yield touch

    def loose_bounds(self, now: datetime) -> Bounds:
        """Return the window together with what will come into it by time alone."""
        bounds = self.window.bounds(now)
        return Bounds(after=bounds.after, since=bounds.since, before=bounds.before)

    def where_sql(self, builder: Builder, relation: str = "t") -> str:
        """Compile event, filters and loose window."""
        edges = builder.inside(f"{relation}.occurred_at", self.loose_bounds(builder.now))
        return all_of([*self.predicates(builder, relation), *edges])

    def only_inside(self, builder: Builder, relation: str = "t") -> str:
        """Return a FILTER clause that leaves out what has yet to come into the window."""
        until = self.window.bounds(builder.now).until
        if until is None:
            return ""
        return f" FILTER (WHERE {relation}.occurred_at <= {builder.moment(until)})"

    def edge_sql(self, builder: Builder, relation: str = "t") -> str | None:
        """Return when one touchpoint next comes into or falls out of the window."""
        enters, leaves = self.window.enters_after, self.window.leaves_after
        if leaves is None or not builder.with_changes:
            return None
        column = f"{relation}.occurred_at"
        out = f"{column} + {seconds(builder, leaves.total_seconds())}"
        if enters is None:
            return out
        into = f"{column} + {seconds(builder, enters.total_seconds())}"
        return f"CASE WHEN {into} > {builder.clock()} THEN {into} ELSE {out} END"

    def inside(self, touch: Touch, now: datetime) -> bool:
        """Tell whether a picked touchpoint is inside the window already."""
        until = self.window.bounds(now).until
        return until is None or touch.occurred_at <= until


def property_operand(builder: Builder, relation: str, path: str) -> Operand:
    """Return a property of a touchpoint as an operand."""
    if path == "revenue":
        return column_operand(f"{relation}.revenue", "number")
    return json_operand(builder, f"{relation}.properties", path)

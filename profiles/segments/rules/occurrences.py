"""The first or the last time something happened: when it was, and its properties."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from profiles.segments.rules.comparison_sql import compile_date
from profiles.segments.rules.comparisons import AnyDateTest
from profiles.segments.rules.mentions import Mention
from profiles.segments.rules.person import Outcome, Person
from profiles.segments.rules.selections import Happening, PropertyFilter
from profiles.segments.rules.sqlbuilder import Builder, Leaf, all_of


class OccurrenceCondition(Happening):
    """Find the first or last matching touchpoint, then ask when it was or what it carried."""

    kind: Literal["occurrence"] = "occurrence"
    which: Literal["first", "last"]
    when: AnyDateTest | None = None
    having: Annotated[list[PropertyFilter], Field(max_length=10)] = []

    @model_validator(mode="after")
    def _asks_something(self) -> "OccurrenceCondition":
        if self.when is None and not self.having:
            raise ValueError("Ask when it was (`when`), what it carried (`having`), or both.")
        return self

    def holds(self, person: Person, now: datetime) -> Outcome:
        """Evaluate in memory."""
        found = [touch for touch in person.touches if self.matches(touch, now)]
        if not found:
            return Outcome(holds=False, fact="never happened")
        touch = found[0 if self.which == "first" else -1]
        fact = f"{self.which} on {touch.occurred_at:%Y-%m-%d %H:%M}"
        carried = all(one.passes(touch, now) for one in self.having)
        if self.when is None:
            return Outcome(holds=carried, fact=fact)
        passed = self.when.check_moment(touch.occurred_at, now)
        return Outcome(holds=carried and passed.holds, changes_at=passed.changes_at, fact=fact)

    def compile(self, builder: Builder) -> Leaf:
        """Compile to SQL."""
        where = all_of(self.predicates(builder, "t"))
        if not self.having:
            figure = "min" if self.which == "first" else "max"
            alias = builder.join_facts(
                columns=f"{figure}(t.occurred_at) AS occurred_at",
                where=where,
            )
        else:
            alias = builder.pick_one(
                columns="t.occurred_at, t.properties, t.revenue",
                where=where,
                latest=self.which == "last",
            )
        parts = [one.compile(builder, alias) for one in self.having]
        if self.when is None:
            return Leaf(predicate=all_of([f"{alias}.occurred_at IS NOT NULL", *parts]))
        timed = compile_date(builder, self.when, f"{alias}.occurred_at")
        return Leaf(predicate=all_of([timed.predicate, *parts]), changes_at=timed.changes_at)

    def mentions(self) -> set[Mention]:
        """Name what the condition depends on."""
        return {Mention("event", self.event)}

    def words(self) -> str:
        """Say the condition."""
        asked = [self.when.words()] if self.when else []
        asked += [f"had {one.words()}" for one in self.having]
        return f"the {self.which} {super().words()} {' and '.join(asked)}"

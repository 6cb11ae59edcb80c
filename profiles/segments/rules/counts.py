"""How often something happened inside a window: at least, exactly, never."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from profiles.segments.rules.mentions import Mention
from profiles.segments.rules.person import Outcome, Person
from profiles.segments.rules.selections import Selection
from profiles.segments.rules.sqlbuilder import Builder, Leaf, seconds
from profiles.segments.rules.windows import Last, earliest, next_edge
from profiles.segments.rules.wording import plural

_SIGNS = {
    "exactly": "=",
    "at_least": ">=",
    "more_than": ">",
    "at_most": "<=",
    "fewer_than": "<",
}


class CountCondition(Selection):
    """A number of matching touchpoints; `exactly 0` is “never”."""

    kind: Literal["count"] = "count"
    operator: Literal["exactly", "at_least", "more_than", "at_most", "fewer_than"]
    value: Annotated[int, Field(ge=0, le=1_000_000)]

    def holds(self, person: Person, now: datetime) -> Outcome:
        """Evaluate in memory."""
        picked = list(self.pick(person, now))
        inside = [touch for touch in picked if self.inside(touch, now)]
        fact = plural(len(inside), "time")
        if inside:
            fact += f", last on {inside[-1].occurred_at:%Y-%m-%d %H:%M}"
        if isinstance(self.window, Last):
            place = self._turning_place(len(inside))
            change = inside[place - 1].occurred_at + self.window.span.length if place else None
        else:
            change = earliest(*(next_edge(self.window, one.occurred_at, now) for one in picked))
        return Outcome(holds=self._compare(len(inside)), changes_at=change, fact=fact)

    def compile(self, builder: Builder) -> Leaf:
        """Compile to SQL."""
        where = self.where_sql(builder)
        columns = f"count(*){self.only_inside(builder)} AS n"
        turning = self._turning_sql(builder)
        if turning:
            columns += f", {turning} AS changes_at"
        alias = builder.join_facts(columns=columns, where=where)
        number = f"coalesce({alias}.n, 0)" if self._compare(0) else f"{alias}.n"
        wanted = builder.bind(self.value, "bigint")
        return Leaf(
            predicate=f"{number} {_SIGNS[self.operator]} {wanted}",
            changes_at=f"{alias}.changes_at" if turning else None,
        )

    def mentions(self) -> set[Mention]:
        """Name what the condition depends on."""
        return {Mention("event", self.event)}

    def words(self) -> str:
        """Say the condition."""
        if (self.operator, self.value) in {("exactly", 0), ("fewer_than", 1), ("at_most", 0)}:
            often = "never"
        elif (self.operator, self.value) in {("at_least", 1), ("more_than", 0)}:
            often = "at least once"
        else:
            often = f"{self.operator.replace('_', ' ')} {plural(self.value, 'time')}"
        window = self.window.words()
        when = "" if window == "ever" else f" {window}"
        return f"did {super().words()} {often}{when}"

    def _compare(self, number: int) -> bool:
        return {
            "exactly": number == self.value,
            "at_least": number >= self.value,
            "more_than": number > self.value,
            "at_most": number <= self.value,
            "fewer_than": number < self.value,
        }[self.operator]

    @property
    def _pivot(self) -> int:
        """The smallest count on the upper side of the comparison."""
        return self.value + (self.operator in {"more_than", "at_most"})

    def _turning_place(self, number: int) -> int:
        """Return which touchpoint, from the oldest, changes the answer when it falls out; 0: none.

        Time alone only lowers the count of a window that reaches to the present.
        """
        if self.operator == "exactly":
            return max(number - self.value, 1) if number and number >= self.value else 0
        return max(number - self._pivot + 1, 0) if self._pivot > 0 else 0

    def _turning_sql(self, builder: Builder) -> str | None:
        if not isinstance(self.window, Last):
            edge = self.edge_sql(builder)
            return f"min({edge})" if edge else None
        if not builder.with_changes or (self._pivot == 0 and self.operator != "exactly"):
            return None
        length = seconds(builder, self.window.span.length.total_seconds())
        if self._pivot == (0 if self.operator == "exactly" else 1):
            return f"max(t.occurred_at) + {length}"
        if self.operator == "exactly":
            wanted = builder.bind(self.value, "bigint")
            place = f"CASE WHEN count(*) >= {wanted} THEN greatest(count(*) - {wanted}, 1) END"
        else:
            place = f"count(*) - {builder.bind(self._pivot - 1, 'bigint')}"
        return f"(array_agg(t.occurred_at ORDER BY t.occurred_at))[{place}] + {length}"

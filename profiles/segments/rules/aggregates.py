"""Sum, average, minimum, maximum and number of different values of a property."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Context, Decimal, localcontext
from typing import Literal

from profiles.segments.rules.comparison_sql import compile_number
from profiles.segments.rules.comparisons import AnyNumberTest
from profiles.segments.rules.mentions import Mention
from profiles.segments.rules.person import Outcome, Person, Touch
from profiles.segments.rules.selections import Selection, property_operand
from profiles.segments.rules.sqlbuilder import Builder, Leaf
from profiles.segments.rules.traits import Path
from profiles.segments.rules.values import number_of, text_of
from profiles.segments.rules.windows import earliest, next_edge
from profiles.segments.rules.wording import label

# Wide enough that no sum of stored numbers is rounded, as in the database.
_EXACT = Context(prec=400)


class AggregateCondition(Selection):
    """A figure over a property of matching touchpoints.

    The sum and the number of different values of nothing are 0; the other figures are missing
    then, and only `is_not` holds.
    """

    kind: Literal["aggregate"] = "aggregate"
    measure: Literal["sum", "average", "minimum", "maximum", "distinct"]
    property: Path
    test: AnyNumberTest

    def holds(self, person: Person, now: datetime) -> Outcome:
        """Evaluate in memory."""
        picked = list(self.pick(person, now))
        inside = [touch for touch in picked if self.inside(touch, now)]
        with localcontext(_EXACT):
            figure, times = self._figure(inside)
            holds = self.test.accepts(figure, times=times)
            shown = "nothing" if figure is None else f"{figure / times:,.6g}"
        return Outcome(
            holds=holds,
            changes_at=earliest(*(next_edge(self.window, one.occurred_at, now) for one in picked)),
            fact=f"{self.measure} is {shown}",
        )

    def compile(self, builder: Builder) -> Leaf:
        """Compile to SQL."""
        where, only = self.where_sql(builder), self.only_inside(builder)
        operand = property_operand(builder, "t", self.property)
        if self.measure == "distinct":
            columns = f"count(DISTINCT {operand.text}){only} AS figure"
        else:
            form = {"sum": "sum", "average": "sum", "minimum": "min", "maximum": "max"}
            columns = f"{form[self.measure]}({operand.number}){only} AS figure"
        if self.measure == "average":
            columns += f", count({operand.number}){only} AS n"
        edge = self.edge_sql(builder)
        if edge:
            columns += f", min({edge}) AS changes_at"
        alias = builder.join_facts(columns=columns, where=where)
        figure, times = f"{alias}.figure", ""
        counts_nothing = self.test.operator == "is_not" or self.test.accepts(Decimal(0))
        if self.measure in {"sum", "distinct"} and counts_nothing:
            figure = f"coalesce({figure}, 0)"
        elif self.measure == "average":
            times = f"{alias}.n"
        return Leaf(
            predicate=compile_number(builder, self.test, figure, times),
            changes_at=f"{alias}.changes_at" if edge else None,
        )

    def mentions(self) -> set[Mention]:
        """Name what the condition depends on."""
        return {Mention("event", self.event)}

    def words(self) -> str:
        """Say the condition."""
        window = self.window.words()
        when = "" if window == "ever" else f" {window}"
        measure = "number of different values" if self.measure == "distinct" else self.measure
        over = label(self.property)
        return f"{measure} of {over} over {super().words()}{when} {self.test.words()}"

    def _figure(self, touches: Sequence[Touch]) -> tuple[Decimal | None, int]:
        """Return the figure, and by how much an average has yet to be divided."""
        values = [touch.read(self.property) for touch in touches]
        if self.measure == "distinct":
            return Decimal(len({text_of(value) for value in values} - {None})), 1
        numbers = [number for number in map(number_of, values) if number is not None]
        if self.measure == "sum":
            return sum(numbers, Decimal(0)), 1
        if not numbers:
            return None, 1
        if self.measure == "average":
            return sum(numbers, Decimal(0)), len(numbers)
        return (min if self.measure == "minimum" else max)(numbers), 1

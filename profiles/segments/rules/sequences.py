"""One thing and then another within a time, or one thing and then not the other."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from profiles.segments.rules.mentions import Mention
from profiles.segments.rules.person import Outcome, Person, Touch
from profiles.segments.rules.selections import Happening, Selection, property_operand
from profiles.segments.rules.sqlbuilder import Builder, Leaf, Scope, all_of, seconds
from profiles.segments.rules.traits import Path
from profiles.segments.rules.values import text_of
from profiles.segments.rules.windows import Bounds, Last, Part, Span, earliest, next_edge
from profiles.segments.rules.wording import label, plural


class SameProperty(Part):
    """A property of the first happening that must equal one of the second, as texts."""

    first: Path
    then: Path


class SequenceCondition(Part):
    """`first`, then `then` at the same instant or up to `within` later.

    With `happens` false it holds once `within` has passed without `then`: what may still come is
    not yet missing.
    """

    kind: Literal["sequence"] = "sequence"
    first: Selection
    then: Happening
    happens: bool
    within: Span
    same: Annotated[list[SameProperty], Field(max_length=5)] = []

    def holds(self, person: Person, now: datetime) -> Outcome:
        """Evaluate in memory."""
        later = [touch for touch in person.touches if self.then.matches(touch, now)]
        picked = [
            touch
            for touch in self.first.pick(person, now)
            if self._followed(touch, later) is self.happens
        ]
        hits = [touch for touch in picked if self.first.inside(touch, now)]
        if not self.happens:
            hits = [touch for touch in hits if touch.occurred_at + self.within.length <= now]
        fact = plural(len(hits), "time")
        if hits:
            fact += f", last begun on {hits[-1].occurred_at:%Y-%m-%d %H:%M}"
        return Outcome(holds=bool(hits), changes_at=self._change(picked, now), fact=fact)

    def compile(self, builder: Builder) -> Leaf:
        """Compile to SQL."""
        within = seconds(builder, self.within.length.total_seconds())
        source, where = self._pairs(builder, within)
        hits = f"count(*){self._hit_filter(builder)} AS n"
        changes = self._change_sql(builder, within)
        columns = f"{hits}, {changes} AS changes_at" if changes else hits
        alias = builder.join_facts(columns=columns, where=where, source=source)
        return Leaf(
            predicate=f"{alias}.n > 0", changes_at=f"{alias}.changes_at" if changes else None
        )

    def mentions(self) -> set[Mention]:
        """Name what the condition depends on."""
        return {Mention("event", self.first.event), Mention("event", self.then.event)}

    def words(self) -> str:
        """Say the condition."""
        window = self.first.window.words()
        when = "" if window == "ever" else f" {window}"
        verb = "and then" if self.happens else "and then not"
        same = "".join(
            f", with the same {label(one.then)}"
            if one.first == one.then
            else f", with {label(one.then)} equal to the {label(one.first)}"
            for one in self.same
        )
        first, then = self.first.words(), self.then.words()
        return f"did {first}{when} {verb} {then} within {self.within.words()}{same}"

    def _followed(self, touch: Touch, later: Sequence[Touch]) -> bool:
        end = touch.occurred_at + self.within.length
        return any(
            touch.occurred_at <= other.occurred_at <= end
            and other.id != touch.id
            and all(_equal(touch, other, one) for one in self.same)
            for other in later
        )

    def _change(self, picked: Sequence[Touch], now: datetime) -> datetime | None:
        window = self.first.window
        if self.happens and isinstance(window, Last):
            return picked[-1].occurred_at + window.span.length if picked else None
        moments = [next_edge(window, touch.occurred_at, now) for touch in picked]
        if not self.happens:
            deadlines = [touch.occurred_at + self.within.length for touch in picked]
            moments += [deadline for deadline in deadlines if deadline > now]
        return earliest(*moments)

    def _pairs(self, builder: Builder, within: str) -> tuple[str, str]:
        """Return the relation of first happenings `t` and what selects those that count.

        For everybody a join of all first with all second happenings is cheapest. For some people,
        one pass over both events, newest first, knows the nearest second one at or after each.
        """
        where = self.first.where_sql(builder)
        one_event = self.first.event == self.then.event
        if builder.scope is Scope.EVERYONE or one_event or self.same:
            verb = "EXISTS" if self.happens else "NOT EXISTS"
            link = self._link(builder, within)
            where += f" AND {verb} (SELECT 1 FROM profiles_touchpoint u WHERE {link})"
            return "", where
        bounds = self.first.loose_bounds(builder.now)
        from_on = builder.inside("t.occurred_at", Bounds(after=bounds.after, since=bounds.since))
        names = (self.first.event, self.then.event)
        ids = builder.bind([builder.event_ids.get(name, 0) for name in names], "integer[]")
        second = all_of(self.then.predicates(builder, "t"))
        kept = all_of([builder.among("t"), f"t.event_id = ANY ({ids})", *from_on])
        source = (
            "(SELECT t.customer_id, t.occurred_at,"
            f" ({where}) AS is_first, min(t.occurred_at) FILTER (WHERE {second})"
            " OVER (PARTITION BY t.customer_id ORDER BY t.occurred_at DESC) AS second_at"
            f" FROM profiles_touchpoint t WHERE {kept}) t"
        )
        verb = "IS TRUE" if self.happens else "IS NOT TRUE"
        return source, f"t.is_first AND (t.second_at <= t.occurred_at + {within}) {verb}"

    def _link(self, builder: Builder, within: str) -> str:
        parts = ["u.customer_id = t.customer_id", *self.then.predicates(builder, "u")]
        parts += ["u.occurred_at >= t.occurred_at", f"u.occurred_at <= t.occurred_at + {within}"]
        if self.first.event == self.then.event:
            parts.append("u.id <> t.id")
        for one in self.same:
            before = property_operand(builder, "t", one.first)
            after = property_operand(builder, "u", one.then)
            parts.append(f"{before.text} = {after.text}")
        return all_of(parts)

    def _hit_filter(self, builder: Builder) -> str:
        until = self.first.window.bounds(builder.now).until
        limits = [until] if until else []
        if not self.happens:
            limits.append(builder.now - self.within.length)
        parts = [f"t.occurred_at <= {builder.moment(limit)}" for limit in limits]
        return f" FILTER (WHERE {all_of(parts)})" if parts else ""

    def _change_sql(self, builder: Builder, within: str) -> str | None:
        edge = self.first.edge_sql(builder)
        if not builder.with_changes or self.happens:
            figure = "max" if isinstance(self.first.window, Last) else "min"
            return f"{figure}({edge})" if edge else None
        deadline = f"t.occurred_at + {within}"
        pending = f"CASE WHEN {deadline} > {builder.clock()} THEN {deadline} END"
        return f"min(LEAST({pending}, {edge}))" if edge else f"min({pending})"


def _equal(first: Touch, then: Touch, same: SameProperty) -> bool:
    text = text_of(first.read(same.first))
    return text is not None and text == text_of(then.read(same.then))

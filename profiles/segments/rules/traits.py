"""Conditions on what is known about a person: traits, and fields that apps register."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints, model_validator

from profiles.segments.rules.comparison_sql import column_operand, compile_test, json_operand
from profiles.segments.rules.comparisons import ValueTest
from profiles.segments.rules.mentions import Mention
from profiles.segments.rules.person import Outcome, Person
from profiles.segments.rules.sqlbuilder import Builder, Leaf, least, seconds
from profiles.segments.rules.standings import join_standing
from profiles.segments.rules.values import Value, at_path
from profiles.segments.rules.windows import Part, Span, earliest
from profiles.segments.rules.wording import label


def _plain_path(path: str) -> str:
    for part in path.split("."):
        if part != part.strip() or part[:1] in {"+", "-"}:
            raise ValueError("A part of a path may not start with a sign or be padded with spaces.")
    return path


Path = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$"),
    AfterValidator(_plain_path),
]
"""A dotted path into traits or properties."""


class TraitCondition(Part):
    """A test of one trait; `lasting` asks that its value has stood for some time."""

    kind: Literal["trait"] = "trait"
    key: Path
    test: ValueTest
    lasting: Span | None = None

    @model_validator(mode="after")
    def _lasting_means_whole(self) -> "TraitCondition":
        if self.lasting and "." in self.key:
            raise ValueError("Only a whole trait has a beginning; drop `lasting` or the path.")
        return self

    def holds(self, person: Person, now: datetime) -> Outcome:
        """Evaluate in memory."""
        value = at_path(person.traits, self.key)
        passed = self.test.check(value, now)
        fact = f"{label(self.key)} is {show(value)}"
        if self.lasting is None or not passed.holds:
            return Outcome(holds=passed.holds, changes_at=passed.changes_at, fact=fact)
        since = person.standing_since.get(self.key)
        if since is None:
            return Outcome(holds=False, changes_at=passed.changes_at, fact=fact)
        ripe = since + self.lasting.length
        return Outcome(
            holds=ripe <= now,
            changes_at=earliest(passed.changes_at, ripe if ripe > now else None),
            fact=f"{fact} since {since:%Y-%m-%d %H:%M}",
        )

    def compile(self, builder: Builder) -> Leaf:
        """Compile to SQL."""
        leaf = compile_test(builder, self.test, json_operand(builder, "c.traits", self.key))
        if self.lasting is None:
            return leaf
        alias = join_standing(builder, self.key, only_if=leaf.predicate)
        limit = builder.moment(builder.now - self.lasting.length)
        changes = leaf.changes_at
        if builder.with_changes:
            ripe = f"{alias}.since + {seconds(builder, self.lasting.length.total_seconds())}"
            ripens = f"CASE WHEN {ripe} > {builder.clock()} THEN {ripe} END"
            changes = least([changes, ripens])
        return Leaf(
            predicate=f"({leaf.predicate}) AND {alias}.since <= {limit}", changes_at=changes
        )

    def mentions(self) -> set[Mention]:
        """Name what the condition depends on."""
        return {Mention("trait", self.key.split(".")[0]), Mention("trait", self.key)}

    def words(self) -> str:
        """Say the condition."""
        lasting = f" for at least {self.lasting.words()}" if self.lasting else ""
        return f"{label(self.key)} {self.test.words()}{lasting}"


class FieldCondition(Part):
    """A test of a field that an app registered, such as when the person was last seen."""

    kind: Literal["field"] = "field"
    field: Annotated[
        str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=100)
    ]
    test: ValueTest

    def holds(self, person: Person, now: datetime) -> Outcome:
        """Evaluate in memory."""
        value = person.fields.get(self.field)
        passed = self.test.check(value, now)
        return Outcome(
            holds=passed.holds,
            changes_at=passed.changes_at,
            fact=f"{label(self.field)} is {show(value)}",
        )

    def compile(self, builder: Builder) -> Leaf:
        """Compile to SQL."""
        known = builder.fields[self.field]
        return compile_test(
            builder, self.test, column_operand(builder.read_field(known), known.type)
        )

    def mentions(self) -> set[Mention]:
        """Name what the condition depends on."""
        return {Mention("field", self.field)}

    def words(self) -> str:
        """Say the condition."""
        return f"{label(self.field.removeprefix('computed.'))} {self.test.words()}"


def show(value: Value) -> str:
    """Say a value as the fact behind a condition."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"“{value}”" if isinstance(value, str) else f"{value}"

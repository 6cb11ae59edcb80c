"""Conditions on what is known about a person: traits, and fields that apps register."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints

from profiles.segments.rules.comparison_sql import column_operand, compile_test, json_operand
from profiles.segments.rules.comparisons import ValueTest
from profiles.segments.rules.mentions import Mention
from profiles.segments.rules.person import Outcome, Person
from profiles.segments.rules.sqlbuilder import Builder, Leaf
from profiles.segments.rules.values import Value, at_path
from profiles.segments.rules.windows import Part
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
    """A test of one trait."""

    kind: Literal["trait"] = "trait"
    key: Path
    test: ValueTest

    def holds(self, person: Person, now: datetime) -> Outcome:
        """Evaluate in memory."""
        value = at_path(person.traits, self.key)
        passed = self.test.check(value, now)
        return Outcome(
            holds=passed.holds,
            changes_at=passed.changes_at,
            fact=f"{label(self.key)} is {show(value)}",
        )

    def compile(self, builder: Builder) -> Leaf:
        """Compile to SQL."""
        return compile_test(builder, self.test, json_operand(builder, "c.traits", self.key))

    def mentions(self) -> set[Mention]:
        """Name what the condition depends on."""
        return {Mention("trait", self.key.split(".")[0]), Mention("trait", self.key)}

    def words(self) -> str:
        """Say the condition."""
        return f"{label(self.key)} {self.test.words()}"


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

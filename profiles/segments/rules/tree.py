"""The rule tree: groups of conditions, read from authored JSON with every error and its path."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, ValidationError

from profiles.segments.rules.aggregates import AggregateCondition
from profiles.segments.rules.counts import CountCondition
from profiles.segments.rules.memberships import BucketCondition, SegmentCondition
from profiles.segments.rules.mentions import Mention
from profiles.segments.rules.occurrences import OccurrenceCondition
from profiles.segments.rules.person import Outcome, Person
from profiles.segments.rules.reach import ConsentCondition, ReachCondition
from profiles.segments.rules.sequences import SequenceCondition
from profiles.segments.rules.sqlbuilder import Builder, Leaf, least
from profiles.segments.rules.traits import FieldCondition, TraitCondition
from profiles.segments.rules.windows import Part, earliest

# More than a person can read, and far below what the planner can join.
MOST_CONDITIONS = 60
DEEPEST = 8


class Group(Part):
    """Conditions of which all, any or none must hold. An empty group lets everybody through."""

    kind: Literal["group"] = "group"
    match: Literal["all", "any", "none"] = "all"
    rules: Annotated[list["Node"], Field(max_length=MOST_CONDITIONS)]

    def holds(self, person: Person, now: datetime) -> Outcome:
        """Evaluate in memory."""
        outcomes = [rule.holds(person, now) for rule in self.rules]
        results = [outcome.holds for outcome in outcomes]
        answer = {"all": all(results), "any": any(results), "none": not any(results)}[self.match]
        return Outcome(
            holds=answer or not results,
            changes_at=earliest(*(outcome.changes_at for outcome in outcomes)),
            fact=f"{sum(results)} of {len(results)} hold",
        )

    def compile(self, builder: Builder) -> Leaf:
        """Compile to SQL."""
        leaves = [rule.compile(builder) for rule in self.rules]
        if not leaves:
            return Leaf(predicate="true")
        joiner = " AND " if self.match == "all" else " OR "
        joined = joiner.join(f"({leaf.predicate})" for leaf in leaves)
        return Leaf(
            predicate=f"({joined}) IS NOT TRUE" if self.match == "none" else joined,
            changes_at=least([leaf.changes_at for leaf in leaves]),
        )

    def mentions(self) -> set[Mention]:
        """Name what the rules depend on."""
        return {mention for rule in self.rules for mention in rule.mentions()}

    def words(self) -> str:
        """Say the group."""
        if not self.rules:
            return "anybody"
        parts = [
            f"({rule.words()})" if isinstance(rule, Group) else rule.words() for rule in self.rules
        ]
        if self.match == "none":
            return f"none of: {'; '.join(parts)}"
        return (" and " if self.match == "all" else " or ").join(parts)


Condition: TypeAlias = (
    TraitCondition
    | FieldCondition
    | CountCondition
    | OccurrenceCondition
    | AggregateCondition
    | SequenceCondition
    | ReachCondition
    | ConsentCondition
    | SegmentCondition
    | BucketCondition
)
Node: TypeAlias = Annotated[Condition | Group, Field(discriminator="kind")]


class SegmentRule(Part):
    """The authored rule of a segment, in version 1 of its form."""

    version: Literal[1] = 1
    root: Group


Group.model_rebuild()
SegmentRule.model_rebuild()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleError:
    """One thing that is wrong in a rule, and where."""

    path: str
    message: str


class InvalidRule(Exception):
    """A rule cannot be read; carries every error with its path."""

    def __init__(self, errors: list[RuleError]) -> None:
        super().__init__("; ".join(f"{one.path}: {one.message}" for one in errors))
        self.errors = errors


def parse_rule(document: Any) -> SegmentRule:
    """Read a rule; raises `InvalidRule` with all errors at once."""
    try:
        rule = SegmentRule.model_validate(document)
    except ValidationError as error:
        raise InvalidRule(describe_errors(document, error)) from None
    places = list(walk(rule.root))
    if len(places) > MOST_CONDITIONS:
        message = f"A rule may hold {MOST_CONDITIONS} conditions; this one holds {len(places)}."
        raise InvalidRule([RuleError(path="root", message=message)])
    if max(len(place) for place, _ in places) > DEEPEST:
        message = f"Groups may be nested {DEEPEST} deep."
        raise InvalidRule([RuleError(path="root", message=message)])
    return rule


def describe_errors(document: Any, error: ValidationError) -> list[RuleError]:
    """Say every error of an authored document with its path in the document."""
    return [
        RuleError(path=_path(document, one["loc"]), message=_sentence(one))
        for one in error.errors(include_url=False, include_context=False)
    ]


def walk(group: Group, place: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], "Any"]]:
    """Return every group and condition with its place: the root is `()`, its second rule `(1,)`."""
    yield place, group
    for number, rule in enumerate(group.rules):
        if isinstance(rule, Group):
            yield from walk(rule, (*place, number))
        else:
            yield (*place, number), rule


def _path(document: Any, location: tuple[str | int, ...]) -> str:
    """Turn pydantic's location into a path of the document: the tags of unions are left out."""
    steps: list[str] = []
    current, tags = document, _tags(document)
    for step in location:
        if tags and step == tags[0]:
            tags = tags[1:]
            continue
        steps.append(str(step))
        current = _child(current, step)
        tags = _tags(current)
    return ".".join(steps) or "root"


def _child(current: Any, step: str | int) -> Any:
    try:
        return current[step]
    except (KeyError, IndexError, TypeError):
        return None


def _tags(value: Any) -> list[Any]:
    if not isinstance(value, dict):
        return []
    return [value[name] for name in ("kind", "type", "operator") if name in value]


def _sentence(error: Any) -> str:
    known = {
        "missing": "Fill this in.",
        "extra_forbidden": "There is no such field here.",
        "string_too_short": "Fill this in.",
        "too_short": "Give at least one value.",
        "decimal_parsing": "Give a number.",
        "int_parsing": "Give a whole number.",
        "datetime_from_date_parsing": "Give a date, such as 2026-03-15.",
        "datetime_parsing": "Give a date, such as 2026-03-15.",
        "uuid_parsing": "Choose a segment.",
    }
    return known.get(error["type"], str(error["msg"]).removeprefix("Value error, "))
